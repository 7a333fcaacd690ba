# What a node may do.

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

override_resource {
  target = aws_s3_bucket.code
  values = { arn = "arn:aws:s3:::capture-code-111122223333-eu-west-1" }
}

run "the_node_role_writes_captures_reads_code_completes_its_hooks_and_nothing_else" {
  assert {
    condition = [for statement in data.aws_iam_policy_document.node.statement : statement.sid] == [
      "SessionManagerChannels",
      "SessionManagerRegistration",
      "WriteCaptures",
      "ReadCode",
      "CompleteHooks",
      "WriteMetrics",
    ]
    error_message = "There must be no other statement."
  }

  assert {
    condition = (
      [
        for statement in data.aws_iam_policy_document.node.statement : statement.actions
        if statement.sid == "WriteCaptures"
      ] == [toset(["s3:PutObject", "s3:AbortMultipartUpload"])] &&
      (
        [
          for statement in data.aws_iam_policy_document.node.statement : statement.resources
          if statement.sid == "WriteCaptures"
        ] ==
        [
          toset([
            "arn:aws:s3:::capture-capture-111122223333-eu-west-1/captures/*",
            "arn:aws:s3:::capture-capture-111122223333-eu-west-1/index/*",
          ]),
        ]
      )
    )
    error_message = "Nodes must be able to write below captures/ and index/, and to abort what is no object yet, and not to read."
  }

  assert {
    condition = (
      (
        [
          for statement in data.aws_iam_policy_document.node.statement : statement.actions
          if statement.sid == "ReadCode"
        ] ==
        [toset(["s3:GetObject", "s3:GetObjectVersion"])]
      ) &&
      (
        [
          for statement in data.aws_iam_policy_document.node.statement : statement.resources
          if statement.sid == "ReadCode"
        ] ==
        [toset(["arn:aws:s3:::capture-code-111122223333-eu-west-1/*"])]
      )
    )
    error_message = "Nodes must be able to read the code bucket, and not to write to it."
  }

  assert {
    condition = (
      [
        for statement in data.aws_iam_policy_document.node.statement : statement.resources
        if statement.sid == "CompleteHooks"
      ] ==
      [toset(["arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:*:autoScalingGroupName/capture-node"])]
    )
    error_message = "Hooks must be those of the fleet's group."
  }

  assert {
    condition = [
      for statement in data.aws_iam_policy_document.node.statement : one(statement.condition).values
      if statement.sid == "WriteMetrics"
    ] == [tolist(["TrafficMirror"])]
    error_message = "Figures must be of the product's namespace only."
  }

  assert {
    condition = (
      [
        for statement in data.aws_iam_policy_document.node.statement : statement.resources
        if statement.sid == "SessionManagerRegistration"
      ] ==
      [toset(["arn:aws:ec2:eu-west-1:111122223333:instance/*"])]
    )
    error_message = "Registration must be for instances of this account and region."
  }

  assert {
    condition     = aws_iam_role.node.name == "capture-node-eu-west-1" && aws_iam_role.node.permissions_boundary == null
    error_message = "The role's name must carry the region, and no boundary unless given."
  }
}

run "a_group_per_zone_has_its_hooks_each" {
  variables {
    group_per_zone = true
  }

  assert {
    condition = (
      [
        for statement in data.aws_iam_policy_document.node.statement : statement.resources
        if statement.sid == "CompleteHooks"
      ] ==
      [
        toset([
          for key in ["one", "two"] :
          "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:*:autoScalingGroupName/capture-node-${key}"
        ]),
      ]
    )
    error_message = "Hooks must be those of the fleet's groups."
  }
}

run "an_image_in_amazon_ecr_may_be_pulled_and_no_other" {
  variables {
    capture = { tool = { kind = "container", image = "444455556666.dkr.ecr.eu-west-1.amazonaws.com/sensors/zeek:7.0.3" } }
  }

  assert {
    condition = (
      [
        for statement in data.aws_iam_policy_document.node.statement : statement.resources
        if statement.sid == "PullImage"
      ] ==
      [toset(["arn:aws:ecr:eu-west-1:444455556666:repository/sensors/zeek"])]
    )
    error_message = "Only that repository."
  }

  assert {
    condition = [
      for statement in data.aws_iam_policy_document.node.statement : statement.actions
      if statement.sid == "LogInToRegistry"
    ] == [toset(["ecr:GetAuthorizationToken"])]
    error_message = "Pulling needs a token."
  }
}

run "an_image_under_the_name_for_fips_may_be_pulled" {
  variables {
    capture = { tool = { kind = "container", image = "444455556666.dkr.ecr-fips.us-east-1.amazonaws.com/sensors/zeek:7.0.3" } }
  }

  assert {
    condition = [
      for statement in data.aws_iam_policy_document.node.statement : statement.resources if statement.sid == "PullImage"
    ] == [toset(["arn:aws:ecr:us-east-1:444455556666:repository/sensors/zeek"])]
    error_message = "It is the same repository."
  }
}

run "an_image_under_the_dual_stack_name_may_be_pulled" {
  variables {
    capture = { tool = { kind = "container", image = "444455556666.dkr-ecr.eu-west-1.on.aws/sensors/zeek@sha256:0123" } }
  }

  assert {
    condition = [
      for statement in data.aws_iam_policy_document.node.statement : statement.resources if statement.sid == "PullImage"
    ] == [toset(["arn:aws:ecr:eu-west-1:444455556666:repository/sensors/zeek"])]
    error_message = "It is the same repository."
  }
}

run "an_image_elsewhere_needs_no_permission" {
  variables {
    capture = { tool = { kind = "container", image = "docker.io/zeek/zeek:7.0.3" } }
  }

  assert {
    condition     = length([for statement in data.aws_iam_policy_document.node.statement : statement if startswith(statement.sid, "Pull")]) == 0
    error_message = "Nothing in ECR is needed."
  }
}

run "with_a_key_nodes_write_captures_whole_or_in_parts_and_decrypt_code" {
  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef"
  }

  assert {
    condition = (
      [
        for statement in data.aws_iam_policy_document.node.statement : statement.actions
        if statement.sid == "EncryptCaptures"
      ] == [toset(["kms:GenerateDataKey", "kms:Decrypt"])] &&
      [
        for statement in data.aws_iam_policy_document.node.statement : statement.actions
        if statement.sid == "DecryptCode"
      ] == [toset(["kms:Decrypt"])]
    )
    error_message = "Parts of an upload are decrypted when they are put together; code is only decrypted."
  }

  assert {
    condition = (
      [
        for statement in data.aws_iam_policy_document.node.statement : [
          for condition in statement.condition : condition.values
          if condition.variable == "kms:EncryptionContext:aws:s3:arn"
        ]
        if statement.sid == "DecryptCode"
      ] ==
      [[tolist(["arn:aws:s3:::capture-code-111122223333-eu-west-1"])]]
    )
    error_message = "What decrypts code must do so for the code bucket only."
  }
}

# The runs before have applied with the default.
run "another_path_is_refused_where_nodes_run_with_the_first_one" {
  command = plan

  variables {
    iam_path = "/network/"
  }

  expect_failures = [terraform_data.iam_path]
}

run "another_path_is_taken_by_whoever_accepts_the_loss" {
  command = plan

  plan_options {
    replace = [terraform_data.iam_path]
  }

  variables {
    iam_path = "/network/"
  }

  assert {
    condition     = terraform_data.iam_path.input == "/network/" && aws_iam_role.node.path == "/network/"
    error_message = "The fleet must have the new path."
  }
}

run "what_a_tool_writes_by_itself_goes_to_its_bucket_and_is_not_read" {
  command = plan

  variables {
    capture = { tool = { kind = "container", image = "arkime:6", packets_bucket = "packets" } }
  }

  assert {
    condition = [
      for statement in data.aws_iam_policy_document.node.statement : [statement.actions, statement.resources]
      if statement.sid == "WritePackets"
    ] == [[toset(["s3:PutObject", "s3:AbortMultipartUpload"]), toset(["arn:aws:s3:::packets/*"])]]
    error_message = "The agent sends it; the viewers have permissions of their own."
  }

  assert {
    condition = (
      local.node_settings.packets == { bucket = "packets", port = 6090 } &&
      local.node_environment.TOOL_BUCKET == "packets" &&
      local.node_environment.TOOL_BUCKET_ENDPOINT == "127.0.0.1:6090"
    )
    error_message = "The tool must find the agent where it listens."
  }
}
