# What is known of instance types. Dated data, to be overridden by capacity.instances.

locals {
  # Baseline bandwidth in Gbps: BaselineBandwidthInGbps of DescribeInstanceTypes, from the dump of that call's answer
  # that moto 5.2.1 carries. usd_per_vcpu_hour: Linux on-demand in us-east-1, round figures that were not compared with
  # today's price list (?); within a family the price follows the vCPUs. Both are to be checked before they decide.
  instance_families = {
    c5 = {
      usd_per_vcpu_hour = 0.0425
      gbps = {
        large     = 0.75, xlarge = 1.25, "2xlarge" = 2.5, "4xlarge" = 5,
        "9xlarge" = 12, "12xlarge" = 12, "18xlarge" = 25, "24xlarge" = 25,
      }
    }
    c5n = {
      usd_per_vcpu_hour = 0.054
      gbps = {
        large     = 3, xlarge = 5, "2xlarge" = 10, "4xlarge" = 15,
        "9xlarge" = 50, "18xlarge" = 100,
      }
    }
    m5 = {
      usd_per_vcpu_hour = 0.048
      gbps = {
        large     = 0.75, xlarge = 1.25, "2xlarge" = 2.5, "4xlarge" = 5,
        "8xlarge" = 10, "12xlarge" = 12, "16xlarge" = 20, "24xlarge" = 25,
      }
    }
    m6in = {
      usd_per_vcpu_hour = 0.069615
      gbps = {
        large     = 3.125, xlarge = 6.25, "2xlarge" = 12.5, "4xlarge" = 25,
        "8xlarge" = 50, "12xlarge" = 75, "16xlarge" = 100, "24xlarge" = 150,
      }
    }
    m7i = {
      usd_per_vcpu_hour = 0.0504
      gbps = {
        large     = 0.781, xlarge = 1.562, "2xlarge" = 3.125, "4xlarge" = 6.25,
        "8xlarge" = 12.5, "12xlarge" = 18.75, "16xlarge" = 25, "24xlarge" = 37.5,
      }
    }
    m6g = {
      usd_per_vcpu_hour = 0.0385
      gbps = {
        medium    = 0.5, large = 0.75, xlarge = 1.25, "2xlarge" = 2.5, "4xlarge" = 5,
        "8xlarge" = 12, "12xlarge" = 20, "16xlarge" = 25,
      }
    }
    m7g = {
      usd_per_vcpu_hour = 0.0408
      gbps = {
        medium    = 0.52, large = 0.937, xlarge = 1.876, "2xlarge" = 3.75, "4xlarge" = 7.5,
        "8xlarge" = 15, "12xlarge" = 22.5, "16xlarge" = 30,
      }
    }
    c6i = {
      usd_per_vcpu_hour = 0.0425
      gbps = {
        large     = 0.781, xlarge = 1.562, "2xlarge" = 3.125, "4xlarge" = 6.25,
        "8xlarge" = 12.5, "12xlarge" = 18.75, "16xlarge" = 25, "24xlarge" = 37.5, "32xlarge" = 50,
      }
    }
    c6in = {
      usd_per_vcpu_hour = 0.0567
      gbps = {
        large     = 3.125, xlarge = 6.25, "2xlarge" = 12.5, "4xlarge" = 25,
        "8xlarge" = 50, "12xlarge" = 75, "16xlarge" = 100, "24xlarge" = 150,
      }
    }
    c7i = {
      usd_per_vcpu_hour = 0.044625
      gbps = {
        large     = 0.781, xlarge = 1.562, "2xlarge" = 3.125, "4xlarge" = 6.25,
        "8xlarge" = 12.5, "12xlarge" = 18.75, "16xlarge" = 25, "24xlarge" = 37.5,
      }
    }
    m6i = {
      usd_per_vcpu_hour = 0.048
      gbps = {
        large     = 0.781, xlarge = 1.562, "2xlarge" = 3.125, "4xlarge" = 6.25,
        "8xlarge" = 12.5, "12xlarge" = 18.75, "16xlarge" = 25, "24xlarge" = 37.5, "32xlarge" = 50,
      }
    }
    c6g = {
      usd_per_vcpu_hour = 0.034
      gbps = {
        medium    = 0.5, large = 0.75, xlarge = 1.25, "2xlarge" = 2.5, "4xlarge" = 5,
        "8xlarge" = 12, "12xlarge" = 20, "16xlarge" = 25,
      }
    }
    c6gn = {
      usd_per_vcpu_hour = 0.0432
      gbps = {
        medium    = 1.6, large = 3, xlarge = 6.3, "2xlarge" = 12.5, "4xlarge" = 25,
        "8xlarge" = 50, "12xlarge" = 75, "16xlarge" = 100,
      }
    }
    c7g = {
      usd_per_vcpu_hour = 0.03625
      gbps = {
        medium    = 0.52, large = 0.937, xlarge = 1.876, "2xlarge" = 3.75, "4xlarge" = 7.5,
        "8xlarge" = 15, "12xlarge" = 22.5, "16xlarge" = 30,
      }
    }
    c7gn = {
      usd_per_vcpu_hour = 0.0624
      gbps = {
        medium    = 3.125, large = 6.25, xlarge = 12.5, "2xlarge" = 25, "4xlarge" = 50,
        "8xlarge" = 100, "12xlarge" = 150, "16xlarge" = 200,
      }
    }
  }

  instance_vcpus = {
    medium     = 1
    large      = 2
    xlarge     = 4
    "2xlarge"  = 8
    "4xlarge"  = 16
    "8xlarge"  = 32
    "9xlarge"  = 36
    "12xlarge" = 48
    "16xlarge" = 64
    "18xlarge" = 72
    "24xlarge" = 96
    "32xlarge" = 128
  }

  # Burstable types, to look at the product with: their baseline is a share of what the name promises.
  burstable_facts = {
    "t3.micro"   = { vcpus = 2, baseline_gbps = 0.064, usd_per_hour = 0.0104 }
    "t3.small"   = { vcpus = 2, baseline_gbps = 0.128, usd_per_hour = 0.0208 }
    "t3.medium"  = { vcpus = 2, baseline_gbps = 0.256, usd_per_hour = 0.0416 }
    "t3.large"   = { vcpus = 2, baseline_gbps = 0.512, usd_per_hour = 0.0832 }
    "t3.xlarge"  = { vcpus = 4, baseline_gbps = 1.024, usd_per_hour = 0.1664 }
    "t3.2xlarge" = { vcpus = 8, baseline_gbps = 2.048, usd_per_hour = 0.3328 }
  }

  published_facts = merge(
    local.burstable_facts,
    merge([
      for family, facts in local.instance_families : {
        for size, gbps in facts.gbps : "${family}.${size}" => {
          vcpus         = local.instance_vcpus[size]
          baseline_gbps = gbps
          usd_per_hour  = facts.usd_per_vcpu_hour * local.instance_vcpus[size]
        }
      }
    ]...),
  )

  instance_facts = merge(local.published_facts, var.capacity.instances)
}

output "instance_facts" {
  value = local.instance_facts
}
