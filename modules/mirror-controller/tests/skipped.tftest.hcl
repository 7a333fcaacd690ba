# Packets that never left their source.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name = "mirror"
  vpcs = {
    prod = {
      vpc_id    = "vpc-0123456789abcdef0"
      filter_id = "tmf-0123456789abcdef0"
      targets = {
        a = { target_id = "tmt-0123456789abcdef0", availability_zone = "eu-west-1a" }
      }
    }
  }
}

run "skipped_mirroring_fires_only_where_its_price_is_accepted" {
  command = plan

  assert {
    condition     = !anytrue([for key in keys(module.alarms.alarms) : startswith(key, "mirroring-skipped")])
    error_message = "The query is charged by the metrics that it reads."
  }
}

run "skipped_mirroring_fires_for_each_direction_over_all_instances" {
  command = plan

  variables {
    mirroring_skipped_alarm = true
    alarm_actions           = ["arn:aws:sns:eu-west-1:111122223333:ops"]
  }

  assert {
    condition = {
      for key, alarm in module.alarms.alarms : alarm.alarm_name => one(alarm.metric_query).expression if startswith(key, "mirroring-skipped")
      } == {
      mirror-mirroring-skipped-in  = "SELECT SUM(NetworkPacketsSkipMirrorIn) FROM SCHEMA(\"AWS/EC2\", InstanceId)"
      mirror-mirroring-skipped-out = "SELECT SUM(NetworkPacketsSkipMirrorOut) FROM SCHEMA(\"AWS/EC2\", InstanceId)"
    }
    error_message = "Both directions must be watched."
  }

  assert {
    condition = alltrue([
      for key, alarm in module.alarms.alarms : alarm.alarm_actions == toset(["arn:aws:sns:eu-west-1:111122223333:ops"]) &&
      endswith(alarm.alarm_description, "docs/operations.md#mirroring-skipped.") if startswith(key, "mirroring-skipped")
    ])
    error_message = "They must notify whom they are given, and say what to do."
  }

  assert {
    condition     = strcontains(file("${path.module}/../../docs/operations.md"), "\n## Mirroring skipped\n")
    error_message = "The section must be there."
  }
}
