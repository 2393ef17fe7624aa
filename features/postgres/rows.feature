Feature: The database as a second wall
  A guard sees what it is asked about. The database sees every row, and gives work for a tenant that tenant's rows alone.

  Background:
    Given a database with the orders:
      | acme   | ten anvils  |
      | globex | one hammock |

  Scenario: Work for a tenant gets its own rows, whatever it asks for
    Given the shop is connected
    When work for acme reads all orders
    Then it gets "ten anvils"
    When work for globex reads all orders
    Then it gets "one hammock"

  Scenario: A tenant that has no rows gets none
    Given the shop is connected
    When work for initech reads all orders
    Then it gets nothing

  Scenario: Work outside of any tenant gets nothing, and is refused
    Given the shop is connected
    When work for nobody reads all orders
    Then it is refused as "tenant_context_missing"

  Scenario: Nobody writes rows of another, and what was written before goes with it
    Given the shop is connected
    When work for acme writes "a piano" for acme, and then "a trap" for globex
    Then the database refuses that
    When work for acme reads all orders
    Then it gets "ten anvils"
    When work for globex reads all orders
    Then it gets "one hammock"

  Scenario: Work can't make itself another tenant's
    Given the shop is connected
    When work for acme names globex to the database and reads all orders
    Then it is refused as "option_invalid"

  Scenario: Work for a tenant that was removed gets nothing
    Given the shop is connected
    When the tenant acme is removed
    And work for acme reads all orders
    Then it is refused as "tenant_context_invalid"

  Scenario: A tenant that is removed under its work loses what that had written
    Given the shop is connected
    When work for acme writes "a piano", and acme is removed before it writes "a stool"
    Then it is refused as "tenant_context_invalid"
    When the tenant acme is activated
    And work for acme reads all orders
    Then it gets "ten anvils"

  Scenario: A connection that the wall does not hold for is refused before it is used
    Given the shop is connected as the owner of the server
    When work for acme reads all orders
    Then it is refused as "row_security_bypassed"
