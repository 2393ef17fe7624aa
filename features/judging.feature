Feature: Health judges a change
  A change that every module accepts may still be wrong. It is kept only if the shop stays healthy with it; otherwise
  the shop goes back by itself to what it ran on before.

  Background:
    Given the configuration of the shop says:
      | pool.max     | 10 |
      | orders.batch | 5  |
    And the shop has a required check "checkout"
    And "checkout" fails while pool.max is above 100

  Scenario: A change that breaks health is undone by itself, and the reports that condemned it are named
    Given the shop is running
    When pool.max is changed to 500
    And the shop has been judged
    Then the reload is undone
    And the reason is that "checkout" reported "checkout is broken"
    And the shop runs with pool.max 10
    And the shop is healthy

  Scenario: Readers see the old, the new, the old, and never a mixture
    Given the shop is running
    And a reader looks at pool.max and orders.batch all the time
    When these are changed together:
      | pool.max     | 500 |
      | orders.batch | 7   |
    And the shop has been judged
    Then the reader has seen:
      | 10  | 5 |
      | 500 | 7 |
      | 10  | 5 |

  Scenario: A change that health can live with is kept
    Given the shop is running
    When pool.max is changed to 50
    And the shop has been judged
    Then the reload succeeds
    And the shop runs with pool.max 50

  Scenario: What was undone for its health is not tried again, until somebody insists
    Given the shop is running
    When pool.max is changed to 500
    And the shop has been judged
    And the operator asks for a reload
    Then the reload is refused
    And the refusal is because of "content_set_aside"

  Scenario: What was broken before is not held against a change
    Given the shop is running
    And "checkout" fails
    And a minute has passed
    When orders.batch is changed to 7
    And the shop has been judged
    Then the reload succeeds
    And the shop runs with orders.batch 7

  Scenario Outline: Only what is required of the shop itself condemns a change: <role>
    Given the shop has a <role> check "mail"
    And "mail" fails while orders.batch is above 50
    And the shop is running
    When orders.batch is changed to 60
    And the shop has been judged
    Then the reload <ends>

    Examples:
      | role     | ends      |
      | required | is undone |
      | optional | succeeds  |

  Scenario: A change that comes while another is judged, and breaks health, takes both back to what was proved
    Given the shop is running
    When orders.batch is changed to 7
    And 1 second passes
    And pool.max is changed to 500
    And the shop has been judged
    Then the first reload is undone
    And the second reload is undone
    And the first reload was superseded by the second
    And the shop runs with pool.max 10
    And the shop runs with orders.batch 5

  Scenario: A change that is refused leaves the one that is judged alone
    Given the shop is running
    When orders.batch is changed to 7
    And 1 second passes
    And pool.max is changed to 0
    And the shop has been judged
    Then the first reload succeeds
    And the second reload is refused
    And the shop runs with orders.batch 7

  Scenario: Who can't wait may skip the judgement, and that is on record
    Given the shop is running
    When the operator changes pool.max to 500 without judgement
    Then the reload succeeds
    And it is on record that nobody judged it
    And the shop runs with pool.max 500

  Scenario Outline: A change can't loosen its own judge: the shop <trick>
    Given the shop is running
    And the shop looks after a further check "payment"
    And "payment" fails while pool.max is above 20
    And a minute has passed
    And the shop <trick> as soon as pool.max is above 20
    When pool.max is changed to 50
    And the shop has been judged
    Then the reload is undone
    And the reason speaks of "payment"
    And the shop runs with pool.max 10

    Examples:
      | trick                            |
      | drops "payment"                  |
      | makes "payment" optional         |
      | bears 1000 failures of "payment" |

  Scenario: A check that has had a good word for the change may go
    Given the shop is running
    And the shop looks after a further check "payment"
    And a minute has passed
    When pool.max is changed to 50
    And 2 seconds pass
    And the shop drops "payment"
    And the shop has been judged
    Then the reload succeeds

  Scenario: A check that goes while it fails has condemned the change
    Given the shop is running
    And the shop looks after a further check "payment"
    And a minute has passed
    When pool.max is changed to 50
    And "payment" fails
    And 2 seconds pass
    And the shop drops "payment"
    And the shop has been judged
    Then the reload is undone
    And the reason speaks of "payment left during the bake"

  Scenario: A change that comes while the start is judged, and breaks health, goes back to what the shop started on
    Given the shop has just started
    And 6 seconds pass
    When pool.max is changed to 500
    And the shop has been judged
    Then the reload is undone
    And the shop runs with pool.max 10
    And the shop is healthy

  Scenario: Where the start was no better there is nothing to go back to, and the operator hears of it
    Given the configuration of the shop says:
      | pool.max | 200 |
    And the shop has just started
    And 6 seconds pass
    When pool.max is changed to 300
    And the shop has been judged
    Then the reload succeeds
    And the operator is warned that health says no
    And the shop runs with pool.max 300
