Feature: Health
  The shop knows how it is, says so at once, and never takes itself out of service for what does not stop it from working.

  Scenario: A check that hangs holds up nobody
    Given the shop has a required check "stock"
    And the shop has a required check "checkout"
    And the shop is running
    And "stock" never answers
    When somebody asks how the shop is now
    Then the answer comes within 1 second
    And in the answer "stock" has run out of time
    And in the answer "checkout" is healthy

  Scenario: A check that throws whatever it likes harms nobody
    Given the shop has a required check "stock"
    And the shop has a required check "checkout"
    And the shop is running
    And "stock" throws
    When somebody asks how the shop is now
    Then in the answer "checkout" is healthy

  Scenario: A hundred callers at once cost one run of the check
    Given the shop has a required check "stock"
    And the shop is running
    When 100 callers ask how the shop is now
    Then "stock" has run once
    And all of them have the same answer

  Scenario Outline: What a failure means depends on what fails and how: <role>, <conduct>
    Given the shop has a <role> check "stock"
    And the shop is running
    When "stock" <conduct>
    And a minute has passed
    Then its health is <health>, its readiness <readiness> and its liveness <liveness>

    Examples:
      | role     | conduct            | health    | readiness | liveness  |
      | required | fails              | unhealthy | unhealthy | healthy   |
      | required | never answers      | unhealthy | unhealthy | healthy   |
      | required | fails for a moment | degraded  | degraded  | healthy   |
      | optional | fails              | degraded  | healthy   | healthy   |
      | shared   | fails              | unhealthy | degraded  | healthy   |
      | liveness | fails              | unhealthy | healthy   | unhealthy |

  Scenario: One failure is no outage
    Given the shop has a required check "stock"
    And the shop is running
    When "stock" fails
    And 5 seconds pass
    And "stock" passes
    And a minute has passed
    Then the shop was ready all the time

  Scenario: An outage is seen in time, and so is its end
    Given the shop has a required check "stock"
    And the shop is running
    When "stock" fails
    And 21 seconds pass
    Then the shop is unhealthy
    When "stock" passes
    And 21 seconds pass
    Then the shop is healthy

  Scenario Outline: A load balancer is told in the way it understands: <conduct>
    Given the shop has a required check "stock"
    And the shop is running
    When "stock" <conduct>
    And a minute has passed
    Then the probe "/readyz" answers <ready>
    And the probe "/livez" answers 200

    Examples:
      | conduct            | ready |
      | passes             | 200   |
      | fails for a moment | 200   |
      | fails              | 503   |

  Scenario: A probe gives what is known and starts nothing
    Given the shop has a required check "stock"
    And the shop is running
    When the probe "/readyz" is asked 50 times
    Then "stock" has not run for it

  Scenario Outline: What is wrong in detail is for those who may know: <who>
    Given the shop has a required check "stock"
    And the shop is running
    And "stock" fails
    And a minute has passed
    When <who> asks the probe "/health"
    Then the reply <speaks> of "stock is broken"

    Examples:
      | who         | speaks         |
      | an operator | speaks         |
      | a stranger  | does not speak |

  Scenario: The shop is unready before anything stops, and everything stops in reverse
    Given the shop is running
    When the shop is told to stop
    Then the probe "/readyz" answers 503
    And no module has stopped
    When 5 seconds pass
    Then every module has stopped, and none before those that need it

  Scenario: A module that never stops keeps no other from stopping, and is named
    Given the shop is running
    And pool never finishes stopping
    When the shop is told to stop
    And a minute has passed
    Then the shop has ended, and said that pool did not stop
    And log has stopped

  Scenario: What eases an outage is done while it lasts, and taken back after it
    Given the shop has a required check "stock"
    And while "stock" is down orders.batch is to be 1
    And the shop is running
    When "stock" fails
    And a minute has passed
    Then the shop runs with orders.batch 1
    When "stock" passes
    And a minute has passed
    Then the shop runs with orders.batch 5

  Scenario: A module that can't be taken back is visible in health, and costs no readiness
    Given the shop is running
    And orders can neither take up a change nor take it back
    When orders.batch is changed to 7
    Then the reload gets stuck
    And its health is degraded, its readiness healthy and its liveness healthy
