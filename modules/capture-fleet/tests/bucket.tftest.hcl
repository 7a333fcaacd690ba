# What becomes of captured traffic, and where programs come from.

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

run "objects_can_be_locked" {
  variables {
    object_lock = { mode = "COMPLIANCE", days = 14 }
  }

  assert {
    condition = (
      aws_s3_bucket_object_lock_configuration.this[0].rule[0].default_retention[0].mode == "COMPLIANCE" &&
      aws_s3_bucket_object_lock_configuration.this[0].rule[0].default_retention[0].days == 14
    )
    error_message = "Mode and days must reach the bucket."
  }
}

run "nothing_is_locked_unless_asked_for_and_eventbridge_is_notified" {
  assert {
    condition = (
      length(aws_s3_bucket_object_lock_configuration.this) == 0 &&
      aws_s3_bucket_notification.this[0].eventbridge &&
      length(aws_s3_bucket_notification.this[0].queue) == 0
    )
    error_message = "The defaults."
  }
}

run "queues_are_notified_of_what_they_want" {
  variables {
    notifications = {
      eventbridge = false
      queues = {
        siem = { queue_arn = "arn:aws:sqs:eu-west-1:111122223333:siem", prefix = "captures/", suffix = ".json.gz" }
      }
    }
  }

  assert {
    condition = (
      aws_s3_bucket_notification.this[0].eventbridge == false &&
      one(aws_s3_bucket_notification.this[0].queue).filter_suffix == ".json.gz" &&
      one(aws_s3_bucket_notification.this[0].queue).id == "siem"
    )
    error_message = "Queue and filter must reach the bucket."
  }
}

run "nobody_need_be_notified" {
  variables {
    notifications = { eventbridge = false }
  }

  assert {
    condition     = length(aws_s3_bucket_notification.this) == 0
    error_message = "No notification at all."
  }
}

run "the_code_bucket_is_another_one_closed_and_keeps_versions_for_rollbacks" {
  assert {
    condition = (
      aws_s3_bucket.code.bucket == "capture-code-111122223333-eu-west-1" &&
      aws_s3_bucket_versioning.code.versioning_configuration[0].status == "Enabled" &&
      aws_s3_bucket_ownership_controls.code.rule[0].object_ownership == "BucketOwnerEnforced"
    )
    error_message = "It must be the fleet's own, with versions."
  }

  assert {
    condition = (
      aws_s3_bucket_public_access_block.code.block_public_policy &&
      aws_s3_bucket_public_access_block.code.restrict_public_buckets &&
      aws_s3_bucket_public_access_block.code.block_public_acls &&
      aws_s3_bucket_public_access_block.code.ignore_public_acls
    )
    error_message = "Nobody from outside."
  }

  assert {
    condition = (
      data.aws_iam_policy_document.code.statement[0].effect == "Deny" &&
      one(data.aws_iam_policy_document.code.statement[0].condition).variable == "aws:SecureTransport"
    )
    error_message = "TLS only."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.code.rule[0].noncurrent_version_expiration[0].noncurrent_days == 90
    error_message = "Old versions must last as long as a rollback may reach."
  }
}
