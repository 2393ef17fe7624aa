Feature: Requests for a tenant
  A request is let in for a tenant only where somebody has said that its caller may act for it, and only while there is
  such a tenant. Who is not let in learns nothing of the tenants there are.

  Background:
    Given the tenants of the shop are acme and globex
    And dana may act for acme, and for initech

  Scenario: A door that nobody watches can't be built
    Given the shop is running
    When somebody builds a door without saying who may act for whom
    Then that is refused

  Scenario: Work on a request is work for its tenant
    Given the shop is running
    When dana asks for acme
    Then the answer is 200, made for acme

  Scenario: Nobody acts for a tenant without being authorised for it
    Given the shop is running
    When dana asks for globex
    Then the answer is 403 and says "tenant_forbidden"
    And the answer speaks of no tenant

  Scenario: Who is not authorised does not learn whether there is such a tenant
    Given the shop is running
    When dana asks for hooli
    Then the answer is 403 and says "tenant_forbidden"

  Scenario: An authorisation that fails lets nobody in
    Given the shop is running
    And looking up who may act for whom fails
    When dana asks for acme
    Then the answer is 403 and says "tenant_forbidden"

  Scenario: A tenant that is not known is answered so, and what makes one known is said
    Given the shop is running
    When dana asks for initech
    Then the answer is 404 and says "tenant_unknown"
    And the answer speaks of no tenant
    And the answer says what makes a tenant known: "an overlay, also an empty one"
    When the tenant initech is activated
    And dana asks for initech
    Then the answer is 200, made for initech

  Scenario: A service may have a list of its tenants elsewhere
    Given the list of tenants that the shop keeps has initech
    And the shop is running
    When dana asks for initech
    Then the answer is 200, made for initech
    When dana asks for acme
    Then the answer is 404 and says "tenant_unknown"

  Scenario: A suspended tenant is not served until it is activated again
    Given the shop is running
    When the tenant acme is suspended
    And dana asks for acme
    Then the answer is 403 and says "tenant_suspended"
    When the tenant acme is activated
    And dana asks for acme
    Then the answer is 200, made for acme

  Scenario: Suspended tenants are served where the service wants that
    Given suspended tenants are served
    And the shop is running
    When the tenant acme is suspended
    And dana asks for acme
    Then the answer is 200, made for acme

  Scenario: A removed tenant is known no more
    Given the shop is running
    When the tenant acme is removed
    And dana asks for acme
    Then the answer is 404 and says "tenant_unknown"

  Scenario: A request that names no tenant is for none
    Given the shop is running
    When dana asks for nobody
    Then the answer is 400 and says "tenant_not_named"
