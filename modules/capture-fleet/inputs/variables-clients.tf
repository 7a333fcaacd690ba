# Who may send traffic to the fleet. This map is the register: removing an account revokes its access.

variable "clients" {
  description = <<-EOT
    Accounts that may connect endpoints to the fleet and put events on its bus: a key of your own choice to the
    account. The fleet's own account may be among them, and needs to be if it mirrors too. Default none: nobody can
    connect.

    - `account_id`: twelve digits, as a string.
    - `vnis`: the VNI of each of its VPCs, by a key of your own choice: the number 1 to 16777215 that is given to
      mirror-client's input `vpcs` as `vni`, by which the nodes tell whose packets these are. Default none: what
      this client sends is kept with all other traffic of unknown clients.
      - No two VPCs may have the same.
      - With `capture.datapath = "bpf"`, which keeps twelve bits of it as a VLAN tag, they must differ modulo 4096 as
        well, and none may leave 0 or 4095, which no VLAN has.
    - `readers`: ARNs of IAM roles, users or accounts, of any account, that may list and read what was captured from
      this client, below `captures/client=<key>/`, and nothing else. Default none.
      - They must exist, because S3 refuses a policy that names somebody it does not know.
      - The prefix holds the client's traffic only with the data path that keeps VNIs (`capture.datapath = "bpf"`).
  EOT
  type = map(object({
    account_id = string
    vnis       = optional(map(number), {})
    readers    = optional(list(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for client in values(var.clients) : can(regex("^[0-9]{12}$", client.account_id))])
    error_message = <<-EOT
      Every account_id in clients must be an AWS account id of exactly 12 digits, written as a string so
      that leading zeros stay.
    EOT
  }

  validation {
    condition     = alltrue([for key in keys(var.clients) : can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", key)) && key != "all"])
    error_message = <<-EOT
      Every key of clients must be 1 to 64 letters, digits and the characters _ . and -, because it is
      part of the keys of captured objects, and must not be "all", which stands there for traffic that belongs to no
      known client.
    EOT
  }

  validation {
    condition = alltrue(flatten([
      for client in values(var.clients) : [
        for vni in values(client.vnis) : vni >= 1 && vni <= 16777215 && floor(vni) == vni
      ]
    ]))
    error_message = "Every value of vnis in clients must be a whole number from 1 to 16777215 (RFC 7348: 24 bits; AWS does not take 0)."
  }

  validation {
    condition = (
      length(distinct(flatten([for client in values(var.clients) : values(client.vnis)]))) ==
      length(flatten([for client in values(var.clients) : values(client.vnis)]))
    )
    error_message = "The values of vnis in clients must be unique over all clients: the VNI alone says whose packets these are."
  }

  validation {
    condition = var.capture.datapath != "bpf" || (
      length(distinct(flatten([
        for client in values(var.clients) : [for vni in values(client.vnis) : vni % 4096]
      ]))) ==
      length(flatten([for client in values(var.clients) : values(client.vnis)]))
    )
    error_message = <<-EOT
      With capture.datapath = "bpf", the values of vnis in clients must be unique modulo 4096 as well:
      the nodes keep the last twelve bits as a VLAN tag.
    EOT
  }

  validation {
    condition = var.capture.datapath != "bpf" || alltrue(flatten([
      for client in values(var.clients) : [for vni in values(client.vnis) : !contains([0, 4095], vni % 4096)]
    ]))
    error_message = <<-EOT
      With capture.datapath = "bpf", no value of vnis in clients may leave 0 or 4095 modulo 4096: the
      nodes keep the last twelve bits as a VLAN tag, and IEEE 802.1Q reserves these two.
    EOT
  }

  validation {
    condition = alltrue(flatten([
      for client in values(var.clients) : [
        for reader in client.readers : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(root|role/.+|user/.+)$", reader))
      ]
    ]))
    error_message = "Every entry of readers in clients must be the ARN of a role, a user or an account (arn:aws:iam::<account>:root)."
  }

  validation {
    # EventBridge: the policy of a bus holds 10,240 characters. Principals are written with 41 characters each in the
    # longest partition; 700 are left for the rest of the document.
    condition = var.organization_id != null || (
      length(distinct([for client in values(var.clients) : client.account_id])) * 41 + 700 <= 10240
    )
    error_message = <<-EOT
      clients holds at most 232 different accounts, because the policy of an event bus ends at 10,240
      characters; with more, give organization_id, and the policy names the organization instead.
    EOT
  }
}
