Feature: The life of a tenant
  Tenants are taken up, suspended and removed while the shop runs, in any order and more than once. What becomes of one is
  that tenant's affair alone.

  Background:
    Given the shop reads a store, in which tenants may order:
      | acme   | 5 |
      | globex | 7 |
    And the shop is running

  Scenario: A suspended tenant goes on with what it had, which is said to be old
    When the tenant acme is suspended
    And dana publishes limits.orders 6 for acme
    And 2 minutes pass
    Then acme may have 5 orders
    And what acme has is said to be 2 minutes old
    And nothing of globex is said to be old
    When the tenant acme is activated
    Then acme may have 6 orders
    And nothing of acme is said to be old

  Scenario: A removed tenant is forgotten, and begins anew with what there is for it
    When the tenant acme is removed
    Then the shop knows globex alone
    And acme may have 100 orders
    When the tenant acme is activated
    Then acme may have 5 orders
    And the shop knows acme and globex alone

  Scenario Outline: What was asked for last counts, whatever was asked for before it: <steps>
    When it is asked all at once that acme is <steps>
    Then acme is <state>
    And globex is active

    Examples:
      | steps                              | state     |
      | suspended and suspended            | suspended |
      | activated and activated            | active    |
      | removed and removed                | unknown   |
      | removed and suspended              | unknown   |
      | suspended, removed and activated   | active    |
      | removed, activated and suspended   | suspended |
      | activated, suspended and activated | active    |

  Scenario: Steps for somebody the shop does not know harm nobody
    When it is asked all at once that initech is suspended and removed
    Then initech is unknown
    And the shop knows acme and globex alone

  Scenario: What is published of a tenant is followed without anybody telling the shop
    When dana publishes that acme is suspended
    Then acme is suspended
    And acme may have 5 orders
    When dana publishes that acme is removed
    Then acme is unknown
    And the shop knows globex alone

  Scenario: An activation that can't be done yet claims nothing, and is done as soon as it can be
    When the tenant acme is suspended
    And dana publishes limits.orders 6 for acme
    And the store can't be reached
    And somebody tries to activate acme
    Then that fails because the store is away
    And acme is suspended
    And acme may have 5 orders
    When the store can be reached again
    And 5 seconds pass
    Then acme is active
    And acme may have 6 orders
