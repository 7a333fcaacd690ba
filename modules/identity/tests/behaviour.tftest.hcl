# Known in the first plan, and the same in every partition's own way.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }

  mock_data "aws_region" {
    defaults = { id = "eu-west-1" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

run "everything_is_known_in_the_first_plan" {
  command = plan

  assert {
    condition     = output.account_id == "111122223333" && output.region == "eu-west-1" && output.partition == "aws"
    error_message = "Account, region and partition must be those of the provider."
  }

  assert {
    condition = (
      output.arns.sqs == "arn:aws:sqs:eu-west-1:111122223333" &&
      output.arns.dynamodb == "arn:aws:dynamodb:eu-west-1:111122223333" &&
      output.arns.iam == "arn:aws:iam::111122223333"
    )
    error_message = "ARNs begin with partition, service, region and account; those of IAM have no region."
  }

  assert {
    condition = output.service_principals == {
      ec2    = "ec2.amazonaws.com"
      events = "events.amazonaws.com"
      lambda = "lambda.amazonaws.com"
    }
    error_message = "Service principals are those of amazonaws.com."
  }
}

run "china" {
  command = plan

  override_data {
    target = data.aws_region.current
    values = { id = "cn-north-1" }
  }

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-cn", dns_suffix = "amazonaws.com.cn" }
  }

  assert {
    condition = (
      output.arns.events == "arn:aws-cn:events:cn-north-1:111122223333" &&
      output.dns_suffix == "amazonaws.com.cn"
    )
    error_message = "ARNs and domain must be those of China."
  }

  assert {
    condition = output.service_principals == {
      ec2    = "ec2.amazonaws.com.cn"
      events = "events.amazonaws.com"
      lambda = "lambda.amazonaws.com"
    }
    error_message = "Of the three only EC2's principal has the domain of China."
  }
}

run "govcloud" {
  command = plan

  override_data {
    target = data.aws_region.current
    values = { id = "us-gov-west-1" }
  }

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-us-gov", dns_suffix = "amazonaws.com" }
  }

  assert {
    condition = (
      output.arns.ssm == "arn:aws-us-gov:ssm:us-gov-west-1:111122223333" &&
      output.service_principals.ec2 == "ec2.amazonaws.com"
    )
    error_message = "ARNs have the partition aws-us-gov, principals the common domain."
  }
}

run "european_sovereign_cloud" {
  command = plan

  override_data {
    target = data.aws_region.current
    values = { id = "eusc-de-east-1" }
  }

  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-eusc", dns_suffix = "amazonaws.eu" }
  }

  assert {
    condition = (
      output.arns.iam == "arn:aws-eusc:iam::111122223333" &&
      output.dns_suffix == "amazonaws.eu" &&
      output.service_principals.events == "events.amazonaws.com"
    )
    error_message = "A newer partition has ARNs and a domain of its own, and the common principals."
  }
}
