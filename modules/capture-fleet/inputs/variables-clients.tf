# Who may send traffic to the fleet. This map is the register: removing an account revokes its access.

variable "clients" {
  description = <<-EOT
    Accounts that may connect endpoints to the fleet and put events on its bus: a key of your own choice to the
    account. The fleet's own account may be among them, and needs to be if it mirrors too. Default none: nobody can
    connect.

    - `account_id`: twelve digits, as a string.
    - `vnis`: the VNI of each of its VPCs, by a key of your own choice: the number 1 to 16777215 that is given to
      mirror-client's input `vpcs` as `vni`. It is a label within the account, which says which VPC sent a packet;
      whose the packet is, the endpoint says that it came through. Default none: one label for all.
      - No two VPCs of one account may have the same; those of different accounts may.
      - Two entries with the same account are told apart by them, so each needs some.
    - `readers`: ARNs of IAM roles, users or accounts, of any account, that may list and read what was captured from
      this client, below `captures/client=<key>/`, and nothing else. Default none.
      - They must exist, because S3 refuses a policy that names somebody it does not know.
      - Only with `capture.datapath = "bpf"` and the built-in tool, which files each client's packets apart.
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
    condition = alltrue([
      for key in keys(var.clients) : can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", key)) && !contains(["all", "unknown"], key)
    ])
    error_message = <<-EOT
      Every key of clients must be 1 to 64 letters, digits and the characters _ . and -, because it is
      part of the keys of captured objects, and must not be "all" or "unknown", which stand there for traffic that was not
      told apart and for that of no known client.
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
    condition = length(distinct(flatten([
      for client in values(var.clients) : [for vni in values(client.vnis) : "${client.account_id}/${vni}"]
    ]))) == length(flatten([for client in values(var.clients) : values(client.vnis)]))
    error_message = <<-EOT
      The values of vnis in clients must be unique within an account: of two VPCs of one account, the VNI
      says which of them sent a packet.
    EOT
  }

  validation {
    condition = alltrue([
      for client in values(var.clients) :
      length(client.vnis) > 0 || length([for other in values(var.clients) : other if other.account_id == client.account_id]) == 1
    ])
    error_message = <<-EOT
      Every entry of clients whose account_id another entry has as well must have vnis, since nothing else
      tells two entries of one account apart: give each its VPCs' VNIs, or make them one entry.
    EOT
  }

  validation {
    # A VLAN tag for each registered VNI and one for the rest of each account; IEEE 802.1Q has 4,094.
    condition = var.capture.datapath != "bpf" || (
      length(distinct([for client in values(var.clients) : client.account_id])) +
      length(flatten([for client in values(var.clients) : values(client.vnis)])) <= 4094
    )
    error_message = <<-EOT
      With capture.datapath = "bpf", clients may have at most 4,094 accounts and vnis together, since
      nodes tell them apart by VLAN tags; leave out vnis that need not be told apart, or make a second fleet.
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
    condition = alltrue([
      for client in values(var.clients) :
      length(client.readers) == 0 || (var.capture.datapath == "bpf" && var.capture.tool.kind == "tcpdump")
    ])
    error_message = <<-EOT
      readers in clients need capture.datapath = "bpf" and capture.tool.kind = "tcpdump", which file each
      client's packets apart: with anything else all are below client=all, where nobody may read one client's alone.
    EOT
  }

  validation {
    # functions/capture-split leaves a tenth of the disk free for the packets that come meanwhile.
    condition = var.capture.spool.high_water_percent <= 90 || alltrue([
      for client in values(var.clients) : length(client.readers) == 0
    ])
    error_message = <<-EOT
      readers in clients need a capture.spool.high_water_percent of at most 90: with less than a tenth of the disk free
      nothing is split by client, and is filed where no client reads.
    EOT
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
