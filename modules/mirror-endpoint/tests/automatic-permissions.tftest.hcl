# Least privilege: what the role of the function endpoints may do, and on what.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name                  = "mirror"
  endpoint_service_name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
  endpoint_management   = "automatic"
  vpcs = {
    prod = { vpc_id = "vpc-00000000000000001" }
    test = { vpc_id = "vpc-00000000000000002" }
  }
}

run "everything_may_only_be_observed_and_only_in_this_region" {
  command = plan

  assert {
    condition = (
      alltrue([for action in data.aws_iam_policy_document.endpoints["endpoints"].statement[0].actions : startswith(action, "ec2:Describe")]) &&
      one(data.aws_iam_policy_document.endpoints["endpoints"].statement[0].condition).values == tolist(["eu-west-1"])
    )
    error_message = "Only describing may be allowed on everything, and in this region alone."
  }

  assert {
    condition = alltrue([
      for statement in concat(
        data.aws_iam_policy_document.endpoints["endpoints"].statement,
        data.aws_iam_policy_document.make_endpoints["endpoints"].statement,
      ) :
      !contains(statement.resources, "*")
      if statement.sid != "Observe"
    ])
    error_message = "No other statement may name everything."
  }
}

run "endpoints_are_made_in_our_vpcs_of_our_service_and_under_our_name_alone" {
  command = plan

  assert {
    condition = data.aws_iam_policy_document.make_endpoints["endpoints"].statement[0].resources == toset([
      "arn:aws:ec2:*:*:vpc/vpc-00000000000000001",
      "arn:aws:ec2:*:*:vpc/vpc-00000000000000002",
      "arn:aws:ec2:eu-west-1:111122223333:subnet/*",
    ])
    error_message = "An endpoint must be bound to the VPCs given."
  }

  assert {
    condition = {
      for statement in data.aws_iam_policy_document.make_endpoints["endpoints"].statement : statement.sid => {
        for condition in statement.condition : condition.variable => one(condition.values)
      } if length(statement.condition) > 0 && statement.sid != "TagNew"
      } == {
      MakeOwnEndpointsOfTheService = {
        "aws:RequestTag/traffic-mirror:endpoints" = "mirror"
        "ec2:VpceServiceName"                     = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
      }
      MakeOwnTargets = { "aws:RequestTag/traffic-mirror:endpoints" = "mirror" }
      OfOwnEndpointsOfTheService = {
        "aws:ResourceTag/traffic-mirror:endpoints" = "mirror"
        "ec2:VpceServiceName"                      = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
      }
    }
    error_message = "No copy of the traffic may be led to another service."
  }
}

run "what_is_not_ours_is_neither_changed_nor_deleted" {
  command = plan

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.endpoints["endpoints"].statement :
      anytrue([
        for condition in statement.condition :
        condition.variable == "aws:ResourceTag/traffic-mirror:endpoints" && condition.values == tolist(["mirror"])
      ])
      if contains(["DeleteOwn", "TagOwnAgain", "TakeMarksOff"], statement.sid)
    ])
    error_message = "Everything that changes something must be bound to our tag."
  }

  assert {
    condition = (
      length([
        for statement in data.aws_iam_policy_document.endpoints["endpoints"].statement : statement
        if contains(["DeleteOwn", "TagOwnAgain", "TakeMarksOff"], statement.sid)
      ]) ==
      3
    )
    error_message = "All three must be there."
  }
}

run "only_the_functions_own_marks_come_off" {
  command = plan

  assert {
    condition = {
      for condition in one([
        for statement in data.aws_iam_policy_document.endpoints["endpoints"].statement : statement if statement.sid == "TakeMarksOff"
      ]).condition :
      condition.test => toset(condition.values)
      } == {
      "StringEquals"              = toset(["mirror"])
      "ForAllValues:StringEquals" = toset(["traffic-mirror:idle-since", "traffic-mirror:leaving"])
      "Null"                      = toset(["false"])
    }
    error_message = "The ownership tag must stay where it is."
  }
}

run "eighty_vpcs_fit_into_the_role" {
  command = plan

  # As if all of them were there.
  override_module {
    target  = module.existing
    outputs = { subnets = {}, vpcs = {} }
  }

  variables {
    vpcs = { for index in range(80) : format("v%02d", index) => { vpc_id = format("vpc-%017x", index) } }
  }

  assert {
    condition     = length(jsonencode(tolist(data.aws_iam_policy_document.make_endpoints["endpoints"].statement[0].resources))) < 7000
    error_message = "A role's inline policies hold 10,240 characters together (IAM quotas)."
  }
}

run "an_encrypted_queue_can_be_read_through_sqs_alone" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-0000-0000-000000000000"
  }

  assert {
    condition = (
      one(
        one([for statement in data.aws_iam_policy_document.endpoints["endpoints"].statement : statement if statement.sid == "ReadEncryptedEvents"]).condition
      ).values == tolist(["sqs.eu-west-1.amazonaws.com"])
    )
    error_message = "The key must not be usable for anything else."
  }
}
