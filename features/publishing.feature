Feature: Publishing
  Configuration may live in a store that people publish to. Every shop that reads it follows by itself, and whoever
  publishes is told what became of it.

  Background:
    Given the shop reads a store that says:
      | pool.max     | 10 |
      | orders.batch | 5  |

  Scenario: What is published is in force, and says who published it
    Given the shop is running
    When dana publishes pool.max 20
    Then dana is told that it is in force
    And the shop runs with pool.max 20
    And pool.max comes from revision 2, by dana

  Scenario: A module that refuses what is published says so to who published it
    Given the shop is running
    And orders refuses what it is offered
    When dana publishes orders.batch 7
    Then dana is told that orders refuses it
    And the shop runs with orders.batch 5

  Scenario: Nobody overwrites what somebody else has just published
    Given the shop is running
    When at the same moment dana publishes pool.max 20 and olga publishes pool.max 30
    Then one of them is told that it is in force, and the other that somebody was first
    And the shop runs with what the one published
    And the newest revision is 2
    When the other publishes it again
    Then the shop runs with what the other published
    And the newest revision is 3

  Scenario: Going back is a step forward: nothing that was published is lost
    Given the shop is running
    When dana publishes pool.max 20
    And dana publishes orders.batch 7
    And olga goes back to revision 1
    Then the shop runs with pool.max 10
    And the shop runs with orders.batch 5
    And the revisions are, the newest first:
      | 4 | olga | brings back revision 1 |
      | 3 | dana |                        |
      | 2 | dana |                        |
      | 1 | owen |                        |

  Scenario: What the shop can't read is not published, and nothing that came with it
    Given the store knows what the shop can read
    And the shop is running
    When dana publishes together:
      | pool.max     | 0 |
      | orders.batch | 7 |
    Then dana is refused because of pool.max
    And the shop runs with orders.batch 5
    And the newest revision is 1

  Scenario: A password is not published, and its author learns what to write instead
    Given the store knows what the shop can read
    And the shop is running
    When dana publishes pool.password "hunter2-Passw0rd"
    Then dana is refused because of pool.password
    And dana is told to write "${env:POOL_PASSWORD}"
    And dana is not told "hunter2-Passw0rd"
    And "hunter2-Passw0rd" shows nowhere
    And the newest revision is 1

  Scenario: While the store is away the shop goes on with what it has, says how old it is, and catches up by itself
    Given the shop is running
    When the store can't be reached
    And dana publishes pool.max 20 from elsewhere
    And 30 seconds pass
    Then the shop runs with pool.max 10
    And the shop says that what it has of the store is at least 30 seconds old
    And its health is degraded, its readiness healthy and its liveness healthy
    When the store can be reached again
    And 5 seconds pass
    Then the shop runs with pool.max 20
    And the shop says that what it has of the store is current
    And the shop is healthy

  Scenario: What is published for one tenant wakes that tenant's watchers, and nobody else's
    Given the shop is running
    And dana publishes limits.orders 5 for acme
    And dana publishes limits.orders 7 for globex
    And somebody watches what every tenant may order
    When dana publishes limits.orders 6 for acme
    Then dana is told that it is in force
    And acme may have 6 orders
    And globex may have 7 orders
    And the watchers were woken for acme alone, in its own name
    And no module is even asked
