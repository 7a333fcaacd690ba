# Who may read captured traffic, and how it is written. The account's own roles read by their own policies; other readers
# by this one, and each of these what was captured from one client, below its prefix.

locals {
  readable_clients = { for key, client in var.clients : key => client if length(client.readers) > 0 }
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
      condition     = length(jsonencode(try(jsondecode(data.aws_iam_policy_document.bucket.json), {}))) <= 20480
      error_message = <<-EOT
        The readers in the variable clients make a bucket policy of more than the 20,480 bytes that S3 takes (about 40
        clients with readers). Give the readers of the others a role in this account.
      EOT
    }
  }

  # S3 refuses two of these changes at the same moment.
  depends_on = [aws_s3_bucket_public_access_block.this]
}
