# The index as tables of Amazon Athena. Partitions are computed from the query (Athena, "Use partition projection"), so no
# crawler runs and no partition is added. A column for each field of a line: functions/capture-agent/core/keys.ts and
# functions/capture-agent/core/losses.ts; JSON fields that have none are ignored.

locals {
  athena = var.athena_workgroup == null ? {} : { this = var.athena_workgroup }

  athena_database = "${replace(var.name, "-", "_")}_capture"
  athena_tables = length(local.athena) == 0 ? {} : {
    index = {
      prefix = local.index_prefix
      columns = {
        key       = "string"
        client    = "string"
        vni       = "string"
        zone      = "string"
        node      = "string"
        first     = "string"
        last      = "string"
        times     = "string"
        packets   = "bigint"
        bytes     = "bigint"
        sha256    = "string"
        addresses = "array<string>"
      }
    }
    lost = {
      prefix = "${local.index_prefix}lost/"
      columns = {
        lost    = "string"
        zone    = "string"
        node    = "string"
        path    = "string"
        first   = "string"
        last    = "string"
        times   = "string"
        packets = "bigint"
        bytes   = "bigint"
      }
    }
  }
}

resource "aws_glue_catalog_database" "this" {
  for_each = local.athena

  name        = local.athena_database
  description = "What the fleet ${var.name} captured, by file: https://docs.aws.amazon.com/athena/"
  tags        = local.tags
}

resource "aws_glue_catalog_table" "this" {
  for_each = local.athena_tables

  database_name = aws_glue_catalog_database.this["this"].name
  name          = each.key
  table_type    = "EXTERNAL_TABLE"

  parameters = {
    EXTERNAL                    = "TRUE"
    classification              = "json"
    "projection.enabled"        = "true"
    "projection.date.type"      = "date"
    "projection.date.format"    = "yyyy-MM-dd"
    "projection.date.range"     = "NOW-${var.bucket_retention_days}DAYS,NOW+1DAYS"
    "projection.hour.type"      = "integer"
    "projection.hour.range"     = "0,23"
    "projection.hour.digits"    = "2"
    "storage.location.template" = "s3://${aws_s3_bucket.this.id}/${each.value.prefix}date=$${date}/hour=$${hour}/"
  }

  partition_keys {
    name = "date"
    type = "string"
  }

  partition_keys {
    name = "hour"
    type = "string"
  }

  storage_descriptor {
    location      = "s3://${aws_s3_bucket.this.id}/${each.value.prefix}"
    input_format  = "org.apache.hadoop.mapred.TextInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

    ser_de_info {
      serialization_library = "org.openx.data.jsonserde.JsonSerDe"
    }

    dynamic "columns" {
      for_each = each.value.columns

      content {
        name = columns.key
        type = columns.value
      }
    }
  }
}

# For whoever asks: the tables, the index, and queries in the workgroup. Not its results, whose bucket is the workgroup's.
data "aws_iam_policy_document" "athena" {
  for_each = local.athena

  statement {
    sid       = "ReadIndex"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.this.arn}/${local.index_prefix}*"]
  }

  statement {
    sid       = "ListIndex"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.this.arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["${local.index_prefix}*"]
    }
  }

  statement {
    sid       = "LocateBucket"
    actions   = ["s3:GetBucketLocation"]
    resources = [aws_s3_bucket.this.arn]
  }

  statement {
    sid     = "ReadTables"
    actions = ["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartitions"]
    resources = [
      "${local.arns.glue}:catalog",
      "${local.arns.glue}:database/${local.athena_database}",
      "${local.arns.glue}:table/${local.athena_database}/*",
    ]
  }

  statement {
    sid = "Query"
    actions = [
      "athena:GetQueryExecution", "athena:GetQueryResults", "athena:GetWorkGroup", "athena:StartQueryExecution", "athena:StopQueryExecution",
    ]
    resources = ["${local.arns.athena}:workgroup/${each.value}"]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "Decrypt"
      actions   = ["kms:Decrypt"]
      resources = [statement.value]
    }
  }
}
