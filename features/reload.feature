Feature: Reload
  A running service takes up a change of its configuration as a whole or not at all, and says which of the two it was.
  In the shop of these features, orders need the pool and the cache, all of them need the log, and the server needs
  the orders.

  Background:
    Given the configuration of the shop says:
      | pool.max     | 10   |
      | orders.batch | 5    |
      | server.port  | 8080 |
    And the shop is running

  Scenario: A change reaches those that it concerns, and nobody else
    When pool.max is changed to 20
    Then the reload succeeds
    And the change is taken up by pool
    And the shop runs with pool.max 20

  Scenario: The same content once more concerns nobody
    When pool.max is changed to 10
    Then the reload changes nothing
    And no module is even asked

  Scenario: One module refuses, and none is touched
    Given orders refuses what it is offered
    When these are changed together:
      | log.lines    | 200 |
      | pool.max     | 20  |
      | orders.batch | 7   |
    Then the reload is refused
    And the refusal comes from orders
    And no module is touched
    And the shop runs with pool.max 10
    And the shop runs with orders.batch 5

  Scenario: All refusals are told at once
    Given pool refuses what it is offered
    And orders refuses what it is offered
    When these are changed together:
      | pool.max     | 20 |
      | orders.batch | 7  |
    Then the reload is refused
    And the refusal comes from pool and orders

  Scenario: Every mistake in the configuration is told at once, by its place
    When these are changed together:
      | pool.max     | 0      |
      | orders.batch | "many" |
    Then the reload is refused
    And the mistakes are at:
      | pool.max     |
      | orders.batch |
    And no module is even asked

  Scenario: A change that fails on the way is undone in reverse
    Given orders fails to take up a change
    When these are changed together:
      | log.lines    | 200 |
      | pool.max     | 20  |
      | cache.size   | 70  |
      | orders.batch | 7   |
    Then the reload is undone
    And the change is taken up by log, cache, pool and orders
    And it is taken back by orders, pool, cache and log
    And the shop runs with pool.max 10
    And the shop runs with log.lines 100

  Scenario: A change that hangs is given up in time and undone
    Given orders never finishes taking up a change
    When orders.batch is changed to 7
    And 30 seconds pass
    Then the reload is undone
    And the shop runs with orders.batch 5

  Scenario: What failed for a passing reason is tried again without anybody's help
    Given orders fails to take up a change
    When orders.batch is changed to 7
    Then the reload is undone
    When orders can take up changes again
    And 2 minutes pass
    Then the shop runs with orders.batch 7
    And no warning is left

  Scenario: What can be neither taken up nor taken back is named until somebody has seen to it
    Given orders can neither take up a change nor take it back
    When orders.batch is changed to 7
    Then the reload gets stuck
    And orders is named as stuck
    When the operator declares the shop sound
    Then nothing is stuck any more

  Scenario: After three failures the content is held back, and whoever asks is told until when
    Given orders fails to take up a change
    When orders.batch is changed to 7
    And 4 seconds pass
    And the operator asks for a reload
    Then the reload is held back
    And the operator is told when it is tried next
    And no module is even asked

  Scenario: Content that is held back has one trial after the delay
    Given orders fails to take up a change
    When orders.batch is changed to 7
    And 4 seconds pass
    And orders can take up changes again
    And 4 seconds pass
    Then the shop runs with orders.batch 7
    And no warning is left

  Scenario: An operator may insist
    Given orders fails to take up a change
    When orders.batch is changed to 7
    And 4 seconds pass
    And orders can take up changes again
    And the operator insists on a reload
    Then the reload succeeds
    And the shop runs with orders.batch 7

  Scenario Outline: Other content does not wait for the one that is held back: <content>
    Given orders fails to take up a change
    When orders.batch is changed to 7
    And 4 seconds pass
    And orders can take up changes again
    And orders.batch is changed to <batch>
    And 1 second passes
    Then the reload <ends>
    And the shop runs with orders.batch <batch>
    And no warning is left

    Examples:
      | content              | batch | ends            |
      | something new        | 8     | succeeds        |
      | what ran well before | 5     | changes nothing |

  Scenario: A port can only change with a restart: it waits, and is listed for as long as it waits
    When server.port is changed to 9090
    Then the shop runs with server.port 8080
    And server.port waits for a restart to become 9090
    When the configuration is changed 10 times more
    Then server.port waits for a restart to become 9090
    When server.port is changed to 8080
    Then nothing waits for a restart

  Scenario: A revert to what ran well clears every warning
    Given orders fails to take up a change
    When these are changed together:
      | orders.batch | 7    |
      | server.port  | 9090 |
    And 10 seconds pass
    And these are changed together:
      | orders.batch | 5    |
      | server.port  | 8080 |
    Then no warning is left
    And nothing waits for a restart

  Scenario: A rehearsal says what would happen, and nothing happens
    When it is rehearsed that pool.max is changed to 20
    Then the reload succeeds
    And the plan is to reload pool
    And no module is touched
    And the shop runs with pool.max 10

  Scenario: A rehearsal is refused as the change itself would be
    Given orders refuses what it is offered
    When it is rehearsed that orders.batch is changed to 7
    Then the reload is refused
    And the refusal comes from orders

  Scenario: In an emergency a value is set for a time, and goes by itself
    When the operator sets pool.max to 50 for 15 minutes because "INC-1234"
    Then the shop runs with pool.max 50
    When 15 minutes pass
    Then the shop runs with pool.max 10

  Scenario: An emergency value that is not possible leaves no trace
    When the operator sets pool.max to 0 for 15 minutes because "INC-1234"
    Then the reload is refused
    And the shop runs with pool.max 10
    When orders.batch is changed to 7
    Then the reload succeeds
