# The register: which accounts may send to the hub, and the VNI by which captured traffic tells their VPCs apart, by region:
# 1 to 16777215, each once, and once modulo 4096 as well where the nodes keep it as a VLAN tag. A new account is one entry
# here and one folder beside this file. Removing an entry revokes the account's access to the hub.

locals {
  clients = {
    payments = {
      account_id = "222222222222"
      vnis = {
        "eu-west-1"    = { main = 101, data = 102 }
        "eu-central-1" = { main = 201 }
      }
    }
    shop = {
      account_id = "333333333333"
      vnis       = { "eu-west-1" = { main = 103 } }
    }
  }
}
