# What the functions find.

locals {
  # All through the time given: the least of each period must be above the number.
  uncovered_period  = local.sweep_period
  uncovered_periods = max(1, ceil(module.inputs.uncovered_alarm.minutes * 60 / local.uncovered_period))

  # What sweeps could not read, for three of their periods: nothing is done for what was not seen, and the reason lies with
  # the role, a boundary or the service, so that somebody must look.
  unread = {
    sweep-state-unread = {
      metric = "SweepStateUnread"
      what   = "The record of what sweeps removed"
      so     = "no session is removed for a change of rules or tags"
    }
    demands-unread = {
      metric = "DemandsUnread"
      what   = "The demands for mirrors"
      so     = "none begins or ends, and no session is removed for a change of rules or tags"
    }
    filters-unread = {
      metric = "FiltersUnread"
      what   = "The mirror filters"
      so     = "nobody sees what silences sources, by a filter or by sessions of others"
    }
    zones-unread = {
      metric = "ZonesUnread"
      what   = "The health of the nodes behind this account's endpoints"
      so     = "nobody sees a zone that loses its packets"
    }
  }

  mirroring_alarms = merge({
    policy-refused = {
      problem   = "The policy document was refused; the newest one that validates stays in force."
      metric    = "PolicyRefused"
      threshold = 1
      # Written by every run, with zero as well: no datum means no run.
      missing = "notBreaching"
    }
    removal-held = {
      problem   = "A run would have removed more sessions than guardrails.removal_percent and removal_minimum allow in a day, and removed none."
      metric    = "RemovalHeld"
      threshold = 1
      # As policy-refused.
      missing = "notBreaching"
    }
    first-apply-held = {
      problem   = "A first apply would have made more sessions than guardrails.first_apply_sessions allows, and made none."
      metric    = "FirstApplyHeld"
      statistic = "Maximum"
      threshold = 1
      # A level: it stays what it was while nothing looks.
      missing = "ignore"
    }
    outside-vpcs = {
      problem   = "Instances run in VPCs that are neither in vpcs nor in left_out_vpc_ids: nobody mirrors them."
      metric    = "InstancesOutsideVpcs"
      statistic = "Maximum"
      threshold = 1
      # A level, written once an hour, with zero as well.
      missing = "ignore"
    }
    instance-type = {
      problem   = "EC2 refused an instance type on two instances, so that selected instances of that type are not mirrored."
      metric    = "SourcesOfRefusedTypes"
      statistic = "Maximum"
      threshold = 1
      # A level: it stays what it was while nothing looks.
      missing = "ignore"
    }
    ownership = {
      problem   = "Tags and description of a mirror session say different things: somebody has taken this controller's tag or given it away."
      metric    = "SessionsDisputed"
      threshold = 1
      # As policy-refused.
      missing = "notBreaching"
    }
    filters = {
      problem   = "A mirror filter of this controller's sessions accepts nothing: they are there and mirror no packet."
      metric    = "FiltersSilent"
      threshold = 1
      # Not written where the filters could not be read.
      missing = "ignore"
    }
    filter-changed = {
      problem   = "A mirror filter of this controller's sessions is not what Terraform declared, and no apply under way explains it."
      metric    = "FiltersChanged"
      threshold = 1
      # As filters.
      missing = "ignore"
    }
    outranked = {
      problem = join(" ", [
        "Sessions of others with lower numbers took packets of selected interfaces before ours",
        "all through ${2 * local.uncovered_period / 60} minutes.",
      ])
      metric     = "SourcesOutranked"
      statistic  = "Minimum"
      threshold  = 1
      period     = local.uncovered_period
      periods    = 2
      datapoints = 2
      # A level: it stays what it was while nothing looks.
      missing = "ignore"
    }
    zone-unhealthy = {
      problem = join(" ", [
        "Sessions lead into a zone where the load balancer has no healthy node and does not cross zones,",
        "all through ${2 * local.uncovered_period / 60} minutes: their packets are lost.",
      ])
      metric     = "SourcesInUnhealthyZones"
      statistic  = "Minimum"
      threshold  = 1
      period     = local.uncovered_period
      periods    = 2
      datapoints = 2
      # As outranked.
      missing = "ignore"
    }
    not-permitted = {
      problem   = "AWS refused a call as not permitted: mirroring stays incomplete until the role, a boundary or an organization policy is changed."
      metric    = "NotPermitted"
      threshold = 1
      # As policy-refused.
      missing = "notBreaching"
    }
    quota = {
      problem    = "More than 80 % of the account's mirror sessions are in use."
      metric     = "QuotaUsedPercent"
      statistic  = "Maximum"
      comparison = "GreaterThanThreshold"
      threshold  = 80
      # A level: it stays what it was while nothing looks.
      missing = "ignore"
    }
    uncovered = {
      problem = join(" ", [
        "More than ${module.inputs.uncovered_alarm.sources} selected interfaces were without a session",
        "all through ${local.uncovered_periods * local.uncovered_period / 60} minutes.",
      ])
      metric     = "SourcesUncovered"
      statistic  = "Minimum"
      comparison = "GreaterThanThreshold"
      threshold  = module.inputs.uncovered_alarm.sources
      period     = local.uncovered_period
      periods    = local.uncovered_periods
      datapoints = local.uncovered_periods
      # As quota.
      missing = "ignore"
    }
    not-seen = {
      problem    = "Interfaces with a session of ours were not seen, or not with their instance, in three periods; their sessions stay."
      metric     = "SourcesNotSeen"
      statistic  = "Minimum"
      comparison = "GreaterThanThreshold"
      threshold  = 0
      period     = local.uncovered_period
      periods    = 3
      datapoints = 3
      # As quota.
      missing = "ignore"
    }
    receivers-unread = {
      problem    = "AWS does not tell what stands behind a load balancer that receives: what is there would be mirrored into itself."
      metric     = "ReceiversUnread"
      statistic  = "Minimum"
      comparison = "GreaterThanThreshold"
      threshold  = 0
      period     = local.uncovered_period
      periods    = 2
      datapoints = 2
      # As quota.
      missing = "ignore"
    }
    },
    { for key, unread in local.unread : key => {
      problem    = "${unread.what} could not be read all through ${3 * local.sweep_period / 60} minutes: ${unread.so}."
      metric     = unread.metric
      statistic  = "Minimum"
      threshold  = 1
      period     = local.sweep_period
      periods    = 3
      datapoints = 3
      # As policy-refused.
      missing = "notBreaching"
    } },
    contains(var.triggers, "tampering") ? {
      tampering = {
        problem   = "Somebody other than this controller and session_principals removed or changed a mirror session."
        metric    = "Tampering"
        threshold = 1
        # As policy-refused.
        missing = "notBreaching"
      }
    } : {},
    local.hooks_abandon ? {
      hook-breaker = {
        problem   = "So many launches of a group failed within an hour that an instance without a mirror was put into service."
        metric    = "HookBreakerOpen"
        threshold = 1
        # As policy-refused.
        missing = "notBreaching"
      }
    } : {},
    { for direction, metric in var.mirroring_skipped_alarm ? local.skipped_metrics : {} : "mirroring-skipped-${direction}" => {
      problem    = "Instances had no bandwidth left for mirroring: packets of sources were not copied."
      section    = "mirroring-skipped"
      expression = "SELECT SUM(${metric}) FROM SCHEMA(\"AWS/EC2\", InstanceId)"
      label      = "packets not copied"
      threshold  = 1
      periods    = 3
      datapoints = 2
      # No instance, nothing skipped.
      missing = "notBreaching"
    } },
  )

  # What the hub cannot see: EC2 counts in the source's own account what it did not copy because the instance had no
  # bandwidth left. A query over all instances (CloudWatch, "Create a CloudWatch alarm based on a Metrics Insights
  # query"), because sources come and go, and these metrics are by instance and never by interface or session. One alarm
  # for each direction: a request takes one such query.
  skipped_metrics = { in = "NetworkPacketsSkipMirrorIn", out = "NetworkPacketsSkipMirrorOut" }
}
