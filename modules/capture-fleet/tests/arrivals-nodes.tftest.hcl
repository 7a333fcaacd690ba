mock_provider "aws" {
  source = "./tests/mocks"
}

override_data {
  target = data.aws_subnet.this["one"]
  values = {
    vpc_id               = "vpc-0123456789abcdef0"
    cidr_block           = "10.0.1.0/24"
    availability_zone    = "eu-west-1a"
    availability_zone_id = "euw1-az1"
  }
}

override_data {
  target = data.aws_subnet.this["two"]
  values = {
    vpc_id               = "vpc-0123456789abcdef0"
    cidr_block           = "10.0.2.0/24"
    availability_zone    = "eu-west-1b"
    availability_zone_id = "euw1-az2"
  }
}

variables {
  name   = "capture"
  vpc_id = "vpc-0123456789abcdef0"
  subnets = {
    one = "subnet-00000000000000001"
    two = "subnet-00000000000000002"
  }
}

run "by_default_nothing_is_counted_and_nothing_may_be_handed_in" {
  assert {
    condition = (
      jsondecode(yamldecode(local.user_data["all"]).write_files[0].content).arrivals == null &&
      strcontains(yamldecode(local.user_data["all"]).write_files[1].content, "ARRIVALS='false'\n") &&
      length(aws_iam_role_policy.node_arrivals) == 0 &&
      !contains(keys(local.metric_alarms), "arrivals-not-counted")
    )
    error_message = "Without arrivals nodes must attach nothing, ask nothing and be allowed nothing more."
  }
}

run "a_node_hands_in_what_has_arrived_under_a_key_that_is_its_own" {
  variables {
    arrivals = {}
  }

  assert {
    condition = jsondecode(yamldecode(local.user_data["all"]).write_files[0].content).arrivals == {
      bucket     = "capture-arrivals-${local.account_id}-${local.region}"
      key_prefix = "nodes/${aws_iam_role.node.unique_id}:"
    }
    error_message = "The agent must know the bucket and the beginning of its key."
  }

  assert {
    condition     = strcontains(yamldecode(local.user_data["all"]).write_files[1].content, "ARRIVALS='true'\n")
    error_message = "The scripts must be told to count."
  }

  assert {
    condition = (
      aws_iam_role_policy.node_arrivals["arrivals"].role == aws_iam_role.node.id &&
      one(data.aws_iam_policy_document.node_arrivals.statement).actions == toset(["s3:PutObject"]) &&
      one(data.aws_iam_policy_document.node_arrivals.statement).resources == toset([
        "arn:aws:s3:::capture-arrivals-${local.account_id}-${local.region}/nodes/$${aws:userid}.json.gz",
      ])
    )
    error_message = "A node must be allowed its own key in the bucket and no other."
  }

  assert {
    condition     = contains(keys(local.metric_alarms), "arrivals-not-counted")
    error_message = "A node that cannot count must be told."
  }
}

run "counting_can_be_switched_off_alone" {
  variables {
    arrivals = { count = false }
  }

  assert {
    condition = (
      jsondecode(yamldecode(local.user_data["all"]).write_files[0].content).arrivals == null &&
      strcontains(yamldecode(local.user_data["all"]).write_files[1].content, "ARRIVALS='false'\n") &&
      length(aws_iam_role_policy.node_arrivals) == 0
    )
    error_message = "The scripts must be told to attach nothing."
  }
}
