Feature: Configuration in a file
  A file that is edited by hand is followed as it is, and nothing that goes wrong with it empties a running shop.

  Background:
    Given the shop reads the file:
      """
      pool:
        max: 20
        password: first-Passw0rd
      """
    And the shop is running

  Scenario: A saved file is taken up by itself
    When the file is saved as:
      """
      pool: { max: 30 }
      """
    Then in a moment the shop runs with pool.max 30

  Scenario: A deleted file never empties the configuration
    When the file is deleted
    Then the shop reports that it can't be read
    And the shop runs with pool.max 20
    And no module is touched

  Scenario: Half a file touches nothing, and the whole one needs no further edit
    When the file is saved as:
      """
      pool: { max: 3
      """
    Then the shop reports that it can't be read
    And the shop runs with pool.max 20
    When the file is saved as:
      """
      pool: { max: 30 }
      """
    Then in a moment the shop runs with pool.max 30

  Scenario: A mistake on the line of a password is told by its place, and not by the password
    When the file is saved as:
      """
      pool:
        password: "hunter2-Passw0rd
      """
    Then the shop reports that it can't be read
    And the report names the file and line 2
    And "hunter2-Passw0rd" shows nowhere
    And "first-Passw0rd" shows nowhere

  Scenario: Where a value comes from can be asked
    Then pool.max comes from line 2 of the file
