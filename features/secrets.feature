Feature: Secrets
  What is marked as a secret is in clear for those modules that need it, and for nobody else.

  Background:
    Given the configuration of the shop says:
      | pool.password | first-Passw0rd |
    And the shop is running

  Scenario: A new password reaches the pool and shows nowhere
    When pool.password is changed to "second-Passw0rd"
    Then the reload succeeds
    And the change is taken up by pool
    And the pool has the password "second-Passw0rd"
    And "first-Passw0rd" shows nowhere
    And "second-Passw0rd" shows nowhere

  Scenario Outline: A password shows nowhere however its change ends: pool <conduct>
    Given pool <conduct>
    When pool.password is changed to "second-Passw0rd"
    Then the reload <ends>
    And "first-Passw0rd" shows nowhere
    And "second-Passw0rd" shows nowhere

    Examples:
      | conduct                                           | ends       |
      | refuses what it is offered                        | is refused |
      | fails to take up a change                         | is undone  |
      | can neither take up a change nor take it back     | gets stuck |

  Scenario: A password under a name with a slip in it shows nowhere
    When pool.pasword is changed to "hunter2-Passw0rd"
    Then the reload is refused
    And "hunter2-Passw0rd" shows nowhere
