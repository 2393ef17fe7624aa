Feature: Tenants with values of their own
  A tenant has the values of all, and above them its own, in a file with its name. What goes wrong with one tenant's
  file is that tenant's affair alone.

  Background:
    Given the tenants' files say:
      | acme   | limits: { orders: 5 } |
      | globex | limits: { orders: 7 } |
      | hooli  | limits: { orders: 0 } |
    And the shop is running

  Scenario: A tenant has its own values, and those of all where it has none
    Then acme may have 5 orders
    And globex may have 7 orders
    And initech may have 100 orders

  Scenario: A change of one tenant's file wakes that tenant's watchers, and nobody else's
    Given somebody watches what every tenant may order
    When the file of acme is saved as "limits: { orders: 6 }"
    Then acme may have 6 orders
    And globex may have 7 orders
    And the watchers were woken for acme alone, in its own name

  Scenario Outline: A broken file keeps its tenant on its last good one and touches no other: <what is wrong>
    When the file of acme is saved as "<text>"
    Then acme may have 5 orders
    And globex may have 7 orders
    And it is said of acme that it goes on with its last good values
    When the file of acme is saved as "limits: { orders: 8 }"
    Then acme may have 8 orders
    And nothing is said of acme any more

    Examples:
      | what is wrong   | text                  |
      | a wrong value   | limits: { orders: 0 } |
      | half a file     | limits: { orders:     |
      | not for tenants | pool: { max: 20 }     |

  Scenario: A name that is not known is passed over, and it is said which one was probably meant
    When the file of acme is saved as "limits: { orders: 6, notes: sale }"
    Then acme may have 6 orders
    And it is warned for acme that limits.notes is not known, and probably "note" was meant

  Scenario: A tenant that never had a good file is refused its values, and never given those of all in silence
    Then reading the values of hooli is refused
    And globex may have 7 orders
    When the file of hooli is saved as "limits: { orders: 9 }"
    Then in a moment hooli may have 9 orders

  Scenario: A file that is removed uncovers the values of all
    When the file of acme is removed
    Then acme may have 100 orders
    And globex may have 7 orders

  Scenario: A change for all reaches the tenants where they have no value of their own
    When these are changed together:
      | limits.orders | 50      |
      | limits.note   | "sale"  |
    Then the reload succeeds
    And acme may have 5 orders
    And initech may have 50 orders
    And the note of acme is "sale"

  Scenario: Where a tenant's value comes from can be asked
    Then what acme may order comes from its own file
    And what initech may order comes from no file of its own

  Scenario: Work for a tenant has that tenant's values
    Then work for acme may have 5 orders
    And work for globex may have 7 orders
