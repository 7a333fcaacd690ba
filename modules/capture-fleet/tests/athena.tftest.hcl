# The index as tables of Athena, where a workgroup is named.

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

variables {
  name    = "capture"
  vpc_id  = "vpc-0123456789abcdef0"
  subnets = { one = "subnet-00000000000000001" }
}

run "there_are_no_tables_unless_asked_for" {
  command = plan

  assert {
    condition = (
      length(aws_glue_catalog_database.this) == 0 && length(aws_glue_catalog_table.this) == 0 &&
      output.athena_database == null && output.athena_query_policy_json == null
    )
    error_message = "tables are made without athena_workgroup"
  }
}

run "partitions_are_where_nodes_write_and_as_old_as_the_bucket_keeps" {
  variables {
    athena_workgroup      = "primary"
    bucket_retention_days = 90
  }

  assert {
    condition = {
      for name, table in aws_glue_catalog_table.this : name => table.parameters["storage.location.template"]
      } == {
      index = "s3://${aws_s3_bucket.this.id}/index/date=$${date}/hour=$${hour}/"
      lost  = "s3://${aws_s3_bucket.this.id}/index/lost/date=$${date}/hour=$${hour}/"
    }
    error_message = "a table is not where the nodes write"
  }

  assert {
    condition = alltrue([
      for table in values(aws_glue_catalog_table.this) : (
        table.parameters["projection.date.range"] == "NOW-90DAYS,NOW+1DAYS" &&
        [for key in table.partition_keys : key.name] == ["date", "hour"] && table.database_name == "capture_capture"
      )
    ])
    error_message = "partitions are not those of the keys, as long as the bucket keeps them"
  }
}

run "whoever_queries_reads_the_index_and_no_captures" {
  variables {
    athena_workgroup = "analysts"
  }

  assert {
    condition = flatten([
      for statement in data.aws_iam_policy_document.athena["this"].statement :
      statement.resources if anytrue([for action in statement.actions : startswith(action, "s3:GetObject")])
    ]) == ["${aws_s3_bucket.this.arn}/index/*"]
    error_message = "the policy reads more than the index"
  }

  assert {
    condition = anytrue([
      for statement in data.aws_iam_policy_document.athena["this"].statement :
      tolist(statement.resources) == tolist(["arn:aws:athena:eu-west-1:111122223333:workgroup/analysts"])
    ])
    error_message = "the policy is not of the workgroup"
  }
}

run "a_workgroup_has_a_name" {
  command = plan

  variables {
    athena_workgroup = "my workgroup"
  }

  expect_failures = [var.athena_workgroup]
}
