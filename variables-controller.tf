# Inputs of modules/mirror-controller, which checks them. Same defaults.

variable "sources" {
  description = <<-EOT
    Which interfaces are mirrored. Default null: every interface of the VPCs given that AWS accepts. Otherwise the first entry that matches decides, `tags` before `subnets` before `vpcs`, in the order of each list; with no entry at all nothing is mirrored.
    - `tags`: tags of the instance, exact and case-sensitive; a null value means that the key is present. `match` says whether `all` of them must match (default) or `any`.
    - `subnets`: `subnet_id`. `vpcs`: `vpc_id`, one of `vpcs`.
    Each entry takes besides:
    - `name`: the value of the tag `traffic-mirror:rule` of its sessions, 1 to 64 characters. Default `tags[0]`, `subnets[1]` …, by position: give names, or sessions are tagged again when an entry is put in front.
    - `filter_id`, `virtual_network_id` (1 to 16777215): instead of the VPC's. `target_id`: instead of the target in the instance's zone.
    - `packet_length`: bytes of each packet that are mirrored, 55 to 8500. Default null: whole packets. Under 55 bytes the headers of IPv6 packets would be cut.
    - `session_number`: the number that is tried first, 1 to 32766; the lowest session of an interface wins a packet. Default null: 1. A number in use is stepped around.
    - `interfaces`: `all` interfaces of an instance (default) or the `primary` one.
    - `on`: `always` (default), or `guardduty`: only while a GuardDuty finding about the instance asks for it (see `guardduty_severity`, `demands`); entries with `always` go first.
  EOT
  type = object({
    tags = optional(list(object({
      tags               = map(string)
      match              = optional(string, "all")
      name               = optional(string)
      filter_id          = optional(string)
      target_id          = optional(string)
      packet_length      = optional(number)
      virtual_network_id = optional(number)
      session_number     = optional(number)
      interfaces         = optional(string, "all")
      on                 = optional(string, "always")
    })), [])
    subnets = optional(list(object({
      subnet_id          = string
      name               = optional(string)
      filter_id          = optional(string)
      target_id          = optional(string)
      packet_length      = optional(number)
      virtual_network_id = optional(number)
      session_number     = optional(number)
      interfaces         = optional(string, "all")
      on                 = optional(string, "always")
    })), [])
    vpcs = optional(list(object({
      vpc_id             = string
      name               = optional(string)
      filter_id          = optional(string)
      target_id          = optional(string)
      packet_length      = optional(number)
      virtual_network_id = optional(number)
      session_number     = optional(number)
      interfaces         = optional(string, "all")
      on                 = optional(string, "always")
    })), [])
  })
  default = null
}

variable "exclude" {
  description = <<-EOT
    What is never mirrored, whatever `sources` says; a session of this controller on it is removed. Default nothing.
    - `tags`: as in `sources.tags`, `tags` and `match`.
    - `subnet_ids`, `instance_ids`, `network_interface_ids`: ids.
    - `autoscaling_group_names`: groups whose instances are left alone, those of the capture fleet and of whatever else receives the copy above all: mirrored into itself, traffic would go round for ever.
  EOT
  type = object({
    tags = optional(list(object({
      tags  = map(string)
      match = optional(string, "all")
    })), [])
    subnet_ids              = optional(list(string), [])
    instance_ids            = optional(list(string), [])
    network_interface_ids   = optional(list(string), [])
    autoscaling_group_names = optional(list(string), [])
  })
  default  = {}
  nullable = false
}

variable "stopped_instances" {
  description = "What becomes of the sessions of a stopped instance: `remove` or `keep`. Default remove: a session is billed while its instance is stopped, and is made again about a second after the start."
  type        = string
  default     = "remove"
  nullable    = false
}

variable "allow_cross_zone" {
  description = "Whether an instance in a zone without a target is mirrored to a target in another zone of its VPC. Default true: completeness first. It costs the transfer between zones (0.01 $ per GB on each side in most regions), and that zone's capture then depends on two zones."
  type        = bool
  default     = true
  nullable    = false
}

variable "requester_managed" {
  description = "Whether interfaces that `rds` or `elasticache` made in the VPCs are mirrored, where a source selects their subnet or VPC (they have no instance, hence no instance tags). Default false for both: their traffic repeats what the clients' interfaces show."
  type = object({
    rds         = optional(bool, false)
    elasticache = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "fargate" {
  description = "Whether interfaces of Fargate tasks are tried. Unproven: AWS documents that requester-managed interfaces cannot be sources except those of RDS and ElastiCache, though sessions on Fargate's have been seen. Default false; AWS has the last word, and a refusal is reported with its reason."
  type        = bool
  default     = false
  nullable    = false
}

variable "controller_instance_types" {
  description = "Instance types that AWS has begun or ceased to accept as sources since this release, by type with * and ? as wildcards: `{ \"m8g.*\" = true }`. true: tried; false: never. Default none: the dated list of the release."
  type        = map(bool)
  default     = {}
  nullable    = false
}

variable "policy_parts" {
  description = "How many parameters the policy document is spread over when it does not fit into one (4,096 bytes), 1 to 64. Default null: reckoned from the number of VPCs, targets, entries and excludes at their largest size. Needed only where the length of a list is unknown at plan, or where long names or non-Latin tags make the reckoning too small; the plan or apply says so then."
  type        = number
  default     = null
}

variable "triggers" {
  description = <<-EOT
    Which events start the reconciler, each a rule on the default bus.
    - `ec2_state_change`: an instance changes its state.
    - `autoscaling`: Auto Scaling has launched or terminated an instance. A second chance for the state change, by another way.
    - `ecs_tasks`: a task in network mode awsvpc gets or gives back its interface.
    - `api_calls`: calls of EC2 that attach or create an interface, tag an instance or change its attributes. They are on the bus only where a CloudTrail trail logs management events (write-only will do) of this region; without one the rule never matches.
    - `detachments`: an interface is detached from its instance. CloudTrail does not say which, so a sweep is asked for, at most every 30 seconds by each process of the function. A rule only where `schedule_expression` does not sweep every minute anyway. Needs a trail as `api_calls` does.
    - `tag_changes`: the tags of an instance change. Needs no trail.
    - `lifecycle_hooks`: Auto Scaling holds an instance of a group in `lifecycle_hooks`. A rule only where there is one.
    - `guardduty`: GuardDuty finds something about an instance, at `guardduty_severity` or above. A rule only where an entry of `sources` has `on = "guardduty"`.
    - `tampering`: a mirror session is removed or changed by somebody else than this controller or `session_principals`. Reported, and healed by a sweep at once. Needs a trail as `api_calls` does.
    Default all of them: a rule that nothing matches is free, and one that matches costs a message, its share of a run and of one describe (about 2 $ per million). Leave out what your `sources` cannot be changed by, such as `tag_changes` when none goes by tags. Without any, the sweep alone keeps the sessions, once per `schedule_expression`. Requests on the controller's own bus are taken in any case: IAM decides who may make them.
  EOT
  type        = set(string)
  default     = ["ec2_state_change", "autoscaling", "ecs_tasks", "api_calls", "detachments", "tag_changes", "lifecycle_hooks", "guardduty", "tampering"]
  nullable    = false
}

variable "guardduty_severity" {
  description = "Lowest severity of a GuardDuty finding that asks for a mirror, 1 to 10 (GuardDuty: low from 1, medium from 4, high from 7, critical from 9). Default 4: low findings are mostly attempts that failed."
  type        = number
  default     = 4
  nullable    = false
}

variable "session_principals" {
  description = "ARNs of IAM roles and users that may remove and change mirror sessions without being reported as tampering, such as another tool that keeps sessions of its own: for a call on a session that is gone nobody can tell whose it was. A role with its path, as CloudTrail writes it. At most 10. Default none: this controller's functions alone."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "lifecycle_hooks" {
  description = <<-EOT
    Autoscaling groups whose new instances are held until their interfaces are mirrored, by a key of the caller's. It delays service, not the first packets: the operating system boots meanwhile. At most 20. Default none.
    - `autoscaling_group_name`: the group.
    - `create` (default true): whether the module makes the hook. Its time-out always lets the instance go into service, so that a controller that does not answer stops no launches. False: it is there already, for the transition autoscaling:EC2_INSTANCE_LAUNCHING and without a notification target.
    - `hook_name`: default `<name>-mirror`.
    - `heartbeat_timeout` (default 300, 30 to 7200): seconds that an instance is held at most, of a hook that the module makes.
    - `when_not_mirrored`: what becomes of an instance that should be mirrored and cannot be: `continue` (default) puts it into service, `abandon` terminates it, and Auto Scaling launches another one.
    - `abandons_per_hour` (default 3, 1 to 1000): with `abandon`, the circuit breaker against launching and terminating for ever: once so many launches of the group were cancelled or failed within an hour, the next instance goes into service all the same, and an alarm rings.
  EOT
  type = map(object({
    autoscaling_group_name = string
    create                 = optional(bool, true)
    hook_name              = optional(string)
    heartbeat_timeout      = optional(number, 300)
    when_not_mirrored      = optional(string, "continue")
    abandons_per_hour      = optional(number, 3)
  }))
  default  = {}
  nullable = false
}

variable "demands" {
  description = <<-EOT
    Demands: mirrors that an event asks for, `Mirror Requested` on the controller's bus or a GuardDuty finding, each with an end. A demand is one SSM parameter, `/<name>/demands/<interface>`.
    - `default_minutes` (default 1440, a day): how long one lasts that does not say.
    - `maximum_minutes` (default 10080, a week; at most 525600): the longest that a requester gets from one request.
    - `limit` (default 500, 1 to 5000): how many are open at most; a request beyond is refused. A standard parameter costs nothing, and an account has 10,000.
    - `reads_per_second` (default 5, 1 to 40): how fast the functions read them; Systems Manager grants some 40 a second, shared with everything else in the account, and a page holds ten.
  EOT
  type = object({
    default_minutes  = optional(number, 1440)
    maximum_minutes  = optional(number, 10080)
    limit            = optional(number, 500)
    reads_per_second = optional(number, 5)
  })
  default  = {}
  nullable = false
}

variable "schedule_expression" {
  description = "How often the sweep runs, `rate(1 minute)` to `rate(6 hours)`. Events are delivered at least once at best, so this is the longest time that a missed change stays unseen. Default rate(1 minute). Null: no schedule, and no alarm when no sweep runs; then something else must invoke the sweep."
  type        = string
  default     = "rate(1 minute)"
}

variable "mode" {
  description = "`enforce`: sessions are made, changed and removed. `observe`: everything is planned, logged and counted, and nothing changes. `drain`: all sessions of this controller are removed and none is made. Default enforce."
  type        = string
  default     = "enforce"
  nullable    = false
}

variable "pace" {
  description = <<-EOT
    How fast sessions are made, changed and removed. EC2 grants an account 50 mutations at once and 5 a second from then on, per region and action (EC2 Developer Guide, "Request throttling for the Amazon EC2 API"), shared with every other tool there. The defaults take nearly all of it and no more. While events wait in their queue, the sweep stands back and the events lane takes both rates: of 100 instances launched at once the last is mirrored after some 13 seconds, of 700 after some 140, also during a backfill of thousands (functions/reconcile/README.md, "Pace").
    - `events_per_second` (default 0.25), `events_burst` (default 44): of the events lane in all; each of its concurrent runs gets its share.
    - `sweep_per_second` (default 4.5), `sweep_burst` (default 3): of the sweep, which runs one at a time. A sweep that is asked for at once takes a twentieth of it, and 2, besides.
    - `events_maximum_concurrency` (default 2, at least 2): runs of the events lane at the same time.
    Raise them when AWS has raised the account's limits.
  EOT
  type = object({
    events_per_second          = optional(number, 0.25)
    events_burst               = optional(number, 44)
    sweep_per_second           = optional(number, 4.5)
    sweep_burst                = optional(number, 3)
    events_maximum_concurrency = optional(number, 2)
  })
  default  = {}
  nullable = false
}

variable "brakes" {
  description = <<-EOT
    What keeps a mistake small.
    - `removal_percent` (default 20), `removal_minimum` (default 10): a run that would remove more than this share of our sessions, and more than this number, removes none and an alarm rings. 100 takes the brake off.
    - `acknowledged_until`: a time (RFC 3339, such as 2030-01-31T12:00:00Z) until which such a removal is wanted. Default null.
    - `rollout_percent` (default 100): the share of the selected interfaces that is mirrored, by a stable hash, for a first rollout.
    - `max_sessions`: the most sessions that this controller makes. Default null: no ceiling but the quota.
  EOT
  type = object({
    removal_percent    = optional(number, 20)
    removal_minimum    = optional(number, 10)
    acknowledged_until = optional(string)
    rollout_percent    = optional(number, 100)
    max_sessions       = optional(number)
  })
  default  = {}
  nullable = false
}

variable "session_quota" {
  description = "How many mirror sessions the account may hold in the region, for the alarm at 80 % and for deciding by rule order when not all fit. Default 10000, AWS's quota; give less where several controllers share it."
  type        = number
  default     = 10000
  nullable    = false
}

variable "uncovered_alarm" {
  description = <<-EOT
    When the alarm for uncovered sources rings: when more than `sources` selected interfaces (default 100) were without a session all through `minutes` (default 30, 5 to 1440). Set `sources` a little above what stays on a quiet day (`uncovered` in the sweep's summary): interfaces that AWS cannot mirror count as well.
  EOT
  type = object({
    sources = optional(number, 100)
    minutes = optional(number, 30)
  })
  default  = {}
  nullable = false
}

variable "hub_event_bus_arn" {
  description = "ARN of the hub's event bus (output `event_bus_arn` of `capture-fleet`), which then gets what the functions report: sessions that come, change and go, sources that are refused, tampering, and a summary of each sweep. The hub must allow this account. Whether it is null must be known at plan. Default null: reports stay on the controller's own bus, which in one account serves as well."
  type        = string
  default     = null
}

variable "vpc_config" {
  description = "Where the functions are placed in a VPC, for organisations that ask for it: `subnet_ids` (1 to 16, of one VPC; give subnets of their own, a /28 each) and `security_group_ids` (1 to 5). The APIs of EC2, Elastic Load Balancing, Systems Manager, EventBridge, SQS and, with `lifecycle_hooks`, Auto Scaling must be reachable from there. Default null: in no VPC, which they do not need."
  type = object({
    subnet_ids         = list(string)
    security_group_ids = list(string)
  })
  default = null
}

variable "mirroring_skipped_alarm" {
  description = "Whether two alarms ring when instances of this account and region had no bandwidth left for mirroring, so that packets of sources were not copied. Default false, because of the price: such an alarm is a query over the metrics of all instances, and CloudWatch charges for each metric that it analyses (0.10 $ a month), with at most 10,000. docs/operations.md has the query for looking without an alarm."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_level" {
  description = "`DEBUG`, `INFO`, `WARN` or `ERROR`. Default INFO: one line per decision that changed something, and a summary per run."
  type        = string
  default     = "INFO"
  nullable    = false
}

variable "memory_size" {
  description = "Memory of the functions in MB, 128 to 10240; CPU grows with it. Default 512 for `reconcile` (a cold start within a second or so) and 1024 for `sweep` (a region of 10,000 interfaces, with room)."
  type = object({
    reconcile = optional(number, 512)
    sweep     = optional(number, 1024)
  })
  default  = {}
  nullable = false
}

variable "reserved_concurrency" {
  description = "Concurrent executions reserved for `reconcile` and `sweep`; -1 reserves none. Default -1 for both, since a new account has ten in all and reserving any of them fails there. `sweep` needs 2: an apply or a person may start one while the schedule's runs."
  type = object({
    reconcile = optional(number, -1)
    sweep     = optional(number, -1)
  })
  default  = {}
  nullable = false
}

variable "architecture" {
  description = "`arm64` or `x86_64`. Default arm64, which is a fifth cheaper for the same work."
  type        = string
  default     = "arm64"
  nullable    = false
}

variable "runtime" {
  description = "Lambda runtime of the functions: `nodejs22.x` or a later one. Default nodejs22.x, which the bundles are built for and tested on."
  type        = string
  default     = "nodejs22.x"
  nullable    = false
}

variable "tracing_mode" {
  description = "X-Ray: `PassThrough` or `Active`. Default PassThrough: each run is a batch or a sweep of its own with no caller to be traced from, its log and metrics say where time went, and traces are billed."
  type        = string
  default     = "PassThrough"
  nullable    = false
}

variable "lambda_package" {
  description = "Where the functions' zips are taken from instead of this repository, for organisations whose code must come from a bucket of theirs: `s3_bucket`, and `s3_key_prefix`, what stands before `reconcile.zip` and `sweep.zip` in the key. Put the version into the prefix: a changed key is what makes Lambda fetch. Default null: the zips in this repository."
  type = object({
    s3_bucket     = string
    s3_key_prefix = optional(string, "")
  })
  default = null
}

variable "log_retention_days" {
  description = "Days that the functions' logs are kept: a value that CloudWatch Logs knows (1, 3, 5, 7, 14, 30, 60, 90 … 3653), or 0 for ever. Default 30."
  type        = number
  default     = 30
  nullable    = false
}
