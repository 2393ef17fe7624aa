Feature: The guard between tenants
  Work for one tenant never touches what belongs to another without somebody knowing, and by default not at all.

  Scenario: A tenant may touch its own
    Given the shop is running
    When work for acme reads "orders/1" of acme
    Then the work is allowed
    And no violation is recorded

  Scenario Outline: What becomes of work for another tenant depends on the mode: <mode>
    Given the guard is <mode>
    And the shop is running
    When work for acme reads "orders/1" of globex
    Then the work is <fate>
    And <count> violations are recorded

    Examples:
      | mode     | fate                         | count |
      | strict   | refused for crossing tenants | 1     |
      | lenient  | allowed                      | 1     |
      | disabled | allowed                      | 0     |

  Scenario: Without being told, the guard is strict
    Given the shop is running
    When work for acme reads "orders/1" of globex
    Then the work is refused for crossing tenants

  Scenario: Work that has lost its tenant is refused
    Given the shop is running
    When work for nobody reads "orders/1" of acme
    Then the work is refused for being without a tenant
    And it is recorded as being without a tenant, and as refused

  Scenario: A tenant that was removed is none any more, until it is activated again
    Given the tenants of the shop are acme and globex
    And the shop is running
    When the tenant acme is removed
    And work for acme reads "orders/1" of acme
    Then the work is refused for being for no tenant
    And it is recorded as being for no tenant, and as refused
    When work for globex reads "orders/2" of globex
    Then the work is allowed
    When the tenant acme is activated
    And work for acme reads "orders/1" of acme
    Then the work is allowed

  Scenario: Work that runs for a tenant goes on when the tenant is suspended
    Given the tenants of the shop are acme and globex
    And the shop is running
    When the tenant acme is suspended
    And work for acme reads "orders/1" of acme
    Then the work is allowed

  Scenario: Where nobody has to be listed, a tenant that has nothing of its own is one
    Given the tenants of the shop are acme and globex
    And the shop is running
    When work for initech reads "orders/1" of initech
    Then the work is allowed

  Scenario: What is only recorded says so
    Given the guard is lenient
    And the shop is running
    When work for acme reads "orders/1" of globex
    Then it is recorded as crossing tenants, and as allowed

  Scenario: A refusal gives no other tenant away
    Given the shop is running
    When work for acme reads "orders/1" of globex
    Then the refusal does not speak of "globex"

  Scenario: What all may use is on a list
    Given all tenants may use "catalogue/*"
    And the shop is running
    When work for acme reads "catalogue/7" of globex
    Then the work is allowed
    And no violation is recorded
    When work for acme reads "orders/7" of globex
    Then the work is refused for crossing tenants

  Scenario: The list waives crossing tenants, and nothing else
    Given all tenants may use "catalogue/*"
    And the shop is running
    When work for nobody reads "catalogue/7" of acme
    Then the work is refused for being without a tenant

  Scenario: A change of the mode is on record, with who did it and why
    Given the shop is running
    When "olga" makes the guard lenient because "INC-1234"
    Then the change of the guard to lenient is told, by "olga" because "INC-1234"
    When work for acme reads "orders/1" of globex
    Then the work is allowed

  Scenario: Nobody turns the guard off without saying that it is meant
    Given the shop is running
    When "olga" makes the guard disabled because "INC-1234"
    Then that is refused
    And the guard is still strict

  Scenario Outline: A tenant goes with its work, wherever that goes on: <where>
    Given the shop is running
    When work for acme goes on <where> and reads "orders/1" of acme
    Then the work is allowed

    Examples:
      | where                      |
      | after a promise            |
      | after a timer              |
      | in a callback of a pool    |

  Scenario: Work inside other work has its own tenant, and the outer work keeps its own
    Given the shop is running
    When work for acme lets work for globex read "orders/2" of globex, and then reads "orders/1" of acme
    Then the work is allowed

  Scenario: Work that changes hands on the way is refused
    Given the shop is running
    When work that acme began goes on for globex
    Then the work is refused for changing hands

  Scenario: The newest violations come first, and nobody can alter them
    Given the shop is running
    When work for acme reads "orders/1" of globex
    And work for acme reads "orders/2" of globex
    Then the violations are about "orders/2" and "orders/1"
    And nobody can alter them
