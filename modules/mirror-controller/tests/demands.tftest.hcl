# The table of claims, and the lane of those who ask.

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

run "the_table_is_paid_by_use_can_be_restored_and_cleans_up" {
  command = plan

  assert {
    condition = (
      aws_dynamodb_table.demands.name == "mirror-demands" && aws_dynamodb_table.demands.billing_mode == "PAY_PER_REQUEST" &&
      aws_dynamodb_table.demands.hash_key == "requester" && aws_dynamodb_table.demands.range_key == "item"
    )
    error_message = "IAM keeps requesters apart by the partition, so it must be the requester."
  }

  assert {
    condition = (
      one(aws_dynamodb_table.demands.point_in_time_recovery).enabled &&
      one(aws_dynamodb_table.demands.ttl).enabled && one(aws_dynamodb_table.demands.ttl).attribute_name == "remove_at" &&
      length(setunion(aws_dynamodb_table.demands.global_secondary_index, [])) == 0
    )
    error_message = "Restorable, cleaned up by time to live, and without an index, which may lag."
  }

  assert {
    condition     = !one(aws_dynamodb_table.demands.server_side_encryption).enabled
    error_message = "The key that DynamoDB owns is the default that needs nothing."
  }
}

run "a_key_encrypts_the_table_and_those_who_read_it_may_use_it_for_nothing_else" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0123"
  }

  assert {
    condition = (
      one(aws_dynamodb_table.demands.server_side_encryption).enabled &&
      one(aws_dynamodb_table.demands.server_side_encryption).kms_key_arn == var.kms_key_arn &&
      aws_sqs_queue.requests.kms_master_key_id == var.kms_key_arn && aws_sqs_queue.requests_dlq.kms_master_key_id == var.kms_key_arn
    )
    error_message = "The table and both queues must use the key."
  }

  assert {
    condition = alltrue([
      for statement in [data.aws_iam_policy_document.follow_up.statement[2], data.aws_iam_policy_document.request.statement[2]] :
      statement.actions == toset(["kms:Decrypt"]) && statement.resources == toset([var.kms_key_arn]) &&
      one(statement.condition).variable == "kms:ViaService" &&
      one(statement.condition).values == tolist(["dynamodb.eu-west-1.amazonaws.com"])
    ])
    error_message = "Through DynamoDB alone."
  }
}

run "requests_have_a_queue_a_function_and_a_concurrency_of_their_own" {
  command = apply

  assert {
    condition = (
      aws_lambda_event_source_mapping.requests.event_source_arn == aws_sqs_queue.requests.arn &&
      aws_lambda_event_source_mapping.requests.batch_size == 10 &&
      aws_lambda_event_source_mapping.requests.function_response_types == toset(["ReportBatchItemFailures"]) &&
      aws_lambda_event_source_mapping.requests.scaling_config[0].maximum_concurrency == 2
    )
    error_message = "Batches of ten, partial failures, two runs at a time."
  }

  assert {
    condition = (
      aws_sqs_queue.requests.name == "mirror-requests" && aws_sqs_queue.requests.visibility_timeout_seconds == 360 &&
      jsondecode(aws_sqs_queue.requests.redrive_policy) == { deadLetterTargetArn = aws_sqs_queue.requests_dlq.arn, maxReceiveCount = 9 } &&
      aws_sqs_queue.requests_dlq.message_retention_seconds == 1209600 &&
      jsondecode(aws_sqs_queue.requests_dlq.redrive_allow_policy) == {
        redrivePermission = "byQueue"
        sourceQueueArns   = ["arn:aws:sqs:eu-west-1:111122223333:mirror-requests"]
      }
    )
    error_message = "Six times the function's time-out, nine tries, two weeks."
  }

  assert {
    condition = (
      local.requests_environment.EVENTS_QUEUE_URL == aws_sqs_queue.requests.url &&
      local.requests_environment.MUTATIONS_PER_SECOND == "0.05" && local.requests_environment.MUTATIONS_BURST == "1.5" &&
      !contains(keys(local.requests_environment), "MUTATIONS_PER_SECOND_WAITING") &&
      local.requests_environment.DEMANDS == local.sweep_environment.DEMANDS
    )
    error_message = "Its own queue, and its own share of the pace: ${jsonencode(local.requests_environment)}"
  }
}

run "the_default_paces_together_are_what_ec2_grants" {
  command = plan

  assert {
    condition = (
      module.inputs.pace.events_per_second + module.inputs.pace.requests_per_second + 1.05 * module.inputs.pace.sweep_per_second <= 5 &&
      module.inputs.pace.events_burst + module.inputs.pace.requests_burst + module.inputs.pace.sweep_burst <= 50
    )
    error_message = "EC2 grants 50 mutations at once and 5 a second."
  }
}

run "a_burst_that_not_every_run_of_requests_has_one_of" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    pace = { requests_burst = 2, requests_maximum_concurrency = 3 }
  }

  expect_failures = [var.pace]
}

run "a_reservation_below_the_concurrency_of_requests" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    reserved_concurrency = { requests = 1 }
  }

  expect_failures = [var.reserved_concurrency]
}
