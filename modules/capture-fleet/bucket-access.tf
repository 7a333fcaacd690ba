# Who may read captured traffic, and how it is written. The account's own roles read by their own policies; other readers
# by this one, and each of these what was captured from one client, below its prefix.

locals {
  readable_clients = { for key, client in module.inputs.clients : key => client if length(client.readers) > 0 }

  # Of the bucket's policy, before the bucket is there: two statements for each client, each with its readers. 400 bytes
  # are for what is there once, 115 and 185 for what a statement of either kind is besides.
  bucket_arn_length = length("arn:${local.partition}:s3:::${var.name}-capture-${local.account_id}-${local.region}")
  bucket_policy_bytes = 400 + 2 * local.bucket_arn_length + sum(concat([0], [
    for key, client in local.readable_clients : sum([
      115 + 185 + 2 * local.bucket_arn_length + 2 * length("${local.capture_prefix}client=${key}/*"),
      2 * floor(length(base64encode(jsonencode(client.readers))) * 3 / 4),
    ])
  ]))
}

data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "OnlyTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  # Evidence is written once, whoever writes: with If-None-Match S3 refuses a key that exists, and without it nothing is
  # taken. ObjectCreationOperation exempts the parts of a multipart upload, which know no such header; what completes one
  # does (Amazon S3, "Enforce conditional writes on Amazon S3 buckets").
  statement {
    sid     = "WriteOnce"
    effect  = "Deny"
    actions = ["s3:PutObject"]
    resources = [
      "${aws_s3_bucket.this.arn}/${local.capture_prefix}*",
      "${aws_s3_bucket.this.arn}/${local.index_prefix}*",
    ]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Null"
      variable = "s3:if-none-match"
      values   = ["true"]
    }

    condition {
      test     = "Bool"
      variable = "s3:ObjectCreationOperation"
      values   = ["true"]
    }
  }

  dynamic "statement" {
    for_each = local.readable_clients

    content {
      actions   = ["s3:GetObject"]
      resources = ["${aws_s3_bucket.this.arn}/${local.capture_prefix}client=${statement.key}/*"]

      principals {
        type        = "AWS"
        identifiers = statement.value.readers
      }
    }
  }

  dynamic "statement" {
    for_each = local.readable_clients

    content {
      actions   = ["s3:ListBucket"]
      resources = [aws_s3_bucket.this.arn]

      principals {
        type        = "AWS"
        identifiers = statement.value.readers
      }

      condition {
        test     = "StringLike"
        variable = "s3:prefix"
        values   = ["${local.capture_prefix}client=${statement.key}/*"]
      }
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = data.aws_iam_policy_document.bucket.json

  lifecycle {
    precondition {
      # Amazon S3, "Bucket policies": 20 KB. Counted without blanks, as S3 does.
      condition     = local.bucket_policy_bytes <= 20480
      error_message = <<-EOT
        The readers in clients make a bucket policy of about ${local.bucket_policy_bytes} bytes, and S3 takes
        20,480 (about 40 clients with readers). Give the readers of the others a role in this account.
      EOT
    }
  }

  # S3 refuses two of these changes at the same moment.
  depends_on = [aws_s3_bucket_public_access_block.this]
}
