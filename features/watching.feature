Feature: Watching the configuration
  Those who read the configuration see it whole, and hear of what concerns them and of nothing else.

  Background:
    Given the configuration of the shop says:
      | pool.max     | 10 |
      | orders.batch | 5  |
    And the shop is running

  Scenario: A watcher hears what a value was and what it is
    Given somebody watches pool.max
    When pool.max is changed to 20
    Then the watcher has heard:
      | 10 | 20 |

  Scenario: A watcher is not woken for what does not concern it
    Given somebody watches pool.max
    When orders.batch is changed to 7
    Then the watcher has heard nothing

  Scenario: A watcher hears nothing of a change that is refused
    Given somebody watches pool.max
    And orders refuses what it is offered
    When these are changed together:
      | pool.max     | 20 |
      | orders.batch | 7  |
    Then the reload is refused
    And the watcher has heard nothing

  Scenario: A watcher that breaks harms neither the change nor the others
    Given somebody who breaks watches pool.max
    And somebody watches pool.max
    When pool.max is changed to 20
    Then the reload succeeds
    And the watcher has heard:
      | 10 | 20 |

  Scenario: Work that began with one configuration ends with it
    Given a reader holds the configuration as it is
    When pool.max is changed to 20
    Then the reader still works with pool.max 10
    And the shop runs with pool.max 20
