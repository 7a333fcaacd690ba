# What a node does with the packets.

locals {
  # "Amazon EC2 instance type naming conventions": in these families a d says that there are NVMe disks.
  types_without_disk = [for type in var.instance_types : type if can(regex("^[acmrt][0-9]+[a-ce-z]*(-[a-z0-9]+)?[.]", type))]
}

variable "capture" {
  description = <<-EOT
    What the nodes capture, and by which tool.

    - `tool`: what reads the packets.
      - `kind`: `tcpdump`, `container` or `command`. Default tcpdump: rotating compressed pcap, nothing to license or
        to fetch.
      - `image`: the container's image, from a registry that the nodes reach. In Amazon ECR of this region, the node
        role may pull it.
      - `command`: absolute path of a program on your image.
      - `arguments`: handed to the container or command as they are. Default none.
      - `counters`: where the tool reports how many packets it has seen, so that health can tell a tool that stands
        still from silence. Default null: nowhere.
        - `file`: JSON on the node.
        - `packets`, `drops`: paths into it, such as stats.capture.kernel_packets. `drops` may be left out.
        - `lines`: whether the file has one JSON document a line, the last of which counts. Default false.
        - `packets_include_drops`: default false.
      - `packets_bucket`: name of a bucket of yours, in this region, for the packets of a tool that writes them to Amazon
        S3 by itself, as Arkime does for its viewer (modules/capture-fleet/node/README.md). They go through the spool and
        come under the tool's own keys; retention, locks and who reads them are that bucket's. Not with kind tcpdump,
        `readers` or `object_lock`. Default null: none.
    - `filter`: a BPF expression of what is kept, such as `not port 3306`. Default empty: everything that the mirror
      filter lets through. docs/capture.md has the one that keeps one copy where both ends of a conversation are
      mirrored.
    - `datapath`: `kernel` (geneve and vxlan interfaces of the kernel; endpoint and VNI of a packet are lost, so that all
      clients' packets are filed together) or `bpf` (says by a VLAN tag whose a frame is, by the account that owns the
      endpoint it came through; needed for `readers` of clients and where clients' CIDRs overlap, with which
      Zeek must be 8.0 or later to tell their connections apart, by its documents). Default kernel.
    - `workers`: readers that share the interface by flow, 1 to 192. Default null: one for each vCPU.
    - `rotation`: a file ends after `seconds` (1 to 3600, default 60) or `megabytes` (1 to 4096, default 256),
      whichever comes first. What is in an unfinished file is what a crash can lose, and the shorter, the more
      objects.
    - `compression`: of the built-in tool's finished files.
      - `method`: `zstd`, `gzip` or `none`. Default zstd: it takes a tenth of gzip's processor time and stores no more.
      - `level`: 1 to 19 with zstd, 1 to 9 with gzip; the higher, the smaller and the slower. Default 1, with which the
        figures of docs/capture.md were measured.
    - `packages`: `install` (by apt at each launch, over HTTPS) or `present` (the image has them; see
      node/bin/install-packages), which starts faster and needs no repository. Default install.
    - `spool`: the disk on which captured files wait.
      - `storage`: `root` (the root volume), `volume` (one of its own, so that a full spool leaves the system alone) or
        `instance_store` (the type's largest NVMe disk: the fastest, and gone with the instance). Default root. The
        latter two need Nitro types.
      - `size`: of the volume of its own, in GiB, 1 to 16384. Default 100.
      - `high_water_percent`: how full it may be before the node is unhealthy, 50 to 95. Default 85.
      - `throughput`, `iops`: of the volume that it is on, which is gp3. Default 125 MiB/s and 3000, what gp3 has without a surcharge.
        Every byte is written twice where it is compressed, so 125 MiB/s carry 0.5 Gbps; `capacity_plan` says where
        that is the limit. At most 2000 MiB/s and 80000, and 0.25 MiB/s for each of `iops`.
  EOT
  type = object({
    tool = optional(object({
      kind      = optional(string, "tcpdump")
      image     = optional(string)
      arguments = optional(list(string), [])
      command   = optional(string)
      counters = optional(object({
        file                  = string
        packets               = string
        drops                 = optional(string)
        lines                 = optional(bool, false)
        packets_include_drops = optional(bool, false)
      }))
      packets_bucket = optional(string)
    }), {})
    filter   = optional(string, "")
    datapath = optional(string, "kernel")
    workers  = optional(number)
    rotation = optional(object({
      seconds   = optional(number, 60)
      megabytes = optional(number, 256)
    }), {})
    compression = optional(object({
      method = optional(string, "zstd")
      level  = optional(number, 1)
    }), {})
    packages = optional(string, "install")
    spool = optional(object({
      storage            = optional(string, "root")
      size               = optional(number, 100)
      high_water_percent = optional(number, 85)
      throughput         = optional(number, 125)
      iops               = optional(number, 3000)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["tcpdump", "container", "command"], var.capture.tool.kind)
    error_message = "The attribute tool.kind of capture must be \"tcpdump\", \"container\" or \"command\"."
  }

  validation {
    condition     = (var.capture.tool.kind == "container") == (var.capture.tool.image != null)
    error_message = "The attribute tool.image of capture must be given with kind \"container\", and only then."
  }

  validation {
    condition     = var.capture.tool.image == null || can(regex("^[a-z0-9][a-zA-Z0-9._:/@-]+$", var.capture.tool.image))
    error_message = "The attribute tool.image of capture must be an image's name with registry, repository and tag or digest."
  }

  validation {
    condition     = (var.capture.tool.kind == "command") == (var.capture.tool.command != null)
    error_message = "The attribute tool.command of capture must be given with kind \"command\", and only then."
  }

  validation {
    condition     = var.capture.tool.command == null || can(regex("^/[^\\s\"'\\\\]+$", var.capture.tool.command))
    error_message = <<-EOT
      The attribute tool.command of capture must be an absolute path without blanks, quotes or
      backslashes; arguments go into tool.arguments.
    EOT
  }

  validation {
    condition     = var.capture.tool.kind != "tcpdump" || length(var.capture.tool.arguments) == 0
    error_message = "The attribute tool.arguments of capture is for containers and commands; tcpdump is set by filter and rotation."
  }

  validation {
    condition     = alltrue([for argument in var.capture.tool.arguments : !can(regex("[\\r\\n]", argument))])
    error_message = "No entry of tool.arguments of capture may hold a line break."
  }

  validation {
    condition = var.capture.tool.counters == null || (
      can(regex("^/\\S+$", var.capture.tool.counters.file)) &&
      can(regex("^[^.\\s]+([.][^.\\s]+)*$", var.capture.tool.counters.packets))
    )
    error_message = <<-EOT
      In tool.counters of capture, file must be an absolute path and packets a dotted path such as
      stats.capture.kernel_packets.
    EOT
  }

  validation {
    condition     = var.capture.tool.packets_bucket == null ? true : can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.capture.tool.packets_bucket))
    error_message = <<-EOT
      The attribute tool.packets_bucket of capture must be null or the name of a bucket, 3 to 63 of a-z, 0-9 and -; names
      with dots have no certificate of Amazon S3's.
    EOT
  }

  validation {
    condition     = var.capture.tool.packets_bucket == null || var.capture.tool.kind != "tcpdump"
    error_message = <<-EOT
      The attribute tool.packets_bucket of capture is for tools that write to Amazon S3 by themselves: set tool.kind to
      container or command, or take it away; what tcpdump writes goes to the capture bucket.
    EOT
  }

  validation {
    condition     = var.capture.tool.packets_bucket == null || var.object_lock == null
    error_message = <<-EOT
      The attribute tool.packets_bucket of capture contradicts object_lock, which holds for the capture bucket alone: take
      one of both away, or lock your bucket by its own default retention and leave object_lock null.
    EOT
  }

  validation {
    condition     = !can(regex("[\\r\\n\"'\\\\$`]", var.capture.filter)) && length(var.capture.filter) <= 2000
    error_message = <<-EOT
      The attribute filter of capture must be a BPF expression of at most 2000 characters, on one line
      and without quotes, backslashes, dollar signs and backticks.
    EOT
  }

  validation {
    condition     = var.capture.datapath != "bpf" || !can(regex("(^|[^a-z0-9_])vlan([^a-z0-9_]|$)", var.capture.filter))
    error_message = <<-EOT
      The attribute filter of capture must not ask for vlan with datapath = "bpf", which tags every frame to say whose it
      is: leave vlan out, or take datapath = "kernel".
    EOT
  }

  validation {
    condition     = contains(["kernel", "bpf"], var.capture.datapath)
    error_message = "The attribute datapath of capture must be \"kernel\" or \"bpf\"."
  }

  validation {
    condition = var.capture.workers == null ? true : (
      var.capture.workers >= 1 && var.capture.workers <= 192 && floor(var.capture.workers) == var.capture.workers
    )
    error_message = "The attribute workers of capture must be null or a whole number from 1 to 192."
  }

  validation {
    condition = (
      var.capture.rotation.seconds >= 1 && var.capture.rotation.seconds <= 3600 &&
      floor(var.capture.rotation.seconds) == var.capture.rotation.seconds
    )
    error_message = "The attribute rotation.seconds of capture must be a whole number from 1 to 3600."
  }

  validation {
    condition = (
      var.capture.rotation.megabytes >= 1 && var.capture.rotation.megabytes <= 4096 &&
      floor(var.capture.rotation.megabytes) == var.capture.rotation.megabytes
    )
    error_message = <<-EOT
      The attribute rotation.megabytes of capture must be a whole number from 1 to 4096, so that a file is
      one PutObject, which S3 ends at 5 GiB; larger ones would be sent in parts, and again from the first after a failure.
    EOT
  }

  validation {
    condition     = contains(["zstd", "gzip", "none"], var.capture.compression.method)
    error_message = "The attribute compression.method of capture must be \"zstd\", \"gzip\" or \"none\"."
  }

  validation {
    condition = (
      var.capture.compression.level >= 1 && floor(var.capture.compression.level) == var.capture.compression.level &&
      var.capture.compression.level <= (var.capture.compression.method == "gzip" ? 9 : 19)
    )
    error_message = "The attribute compression.level of capture must be a whole number from 1 to 19 with zstd, from 1 to 9 with gzip."
  }

  validation {
    condition     = contains(["install", "present"], var.capture.packages)
    error_message = "The attribute packages of capture must be \"install\" or \"present\"."
  }

  validation {
    condition     = var.capture.spool.high_water_percent >= 50 && var.capture.spool.high_water_percent <= 95
    error_message = "The attribute spool.high_water_percent of capture must be from 50 to 95."
  }

  validation {
    condition     = contains(["root", "volume", "instance_store"], var.capture.spool.storage)
    error_message = "The attribute spool.storage of capture must be \"root\", \"volume\" or \"instance_store\"."
  }

  validation {
    condition     = var.capture.spool.storage != "instance_store" || length(local.types_without_disk) == 0
    error_message = <<-EOT
      The attribute spool.storage of capture is "instance_store", and ${join(", ", local.types_without_disk)} in
      instance_types has none: take types with a d, such as c6id.large, or "volume".
    EOT
  }

  validation {
    condition     = var.capture.spool.size >= 1 && var.capture.spool.size <= 16384 && floor(var.capture.spool.size) == var.capture.spool.size
    error_message = "The attribute spool.size of capture must be a whole number of GiB from 1 to 16384."
  }

  # Amazon EBS User Guide, "General Purpose SSD volumes"; Regions that still end at 1000 MiB/s and 16000 say so at apply.
  validation {
    condition = (
      var.capture.spool.throughput >= 125 && var.capture.spool.throughput <= 2000 &&
      var.capture.spool.iops >= 3000 && var.capture.spool.iops <= 80000 &&
      floor(var.capture.spool.throughput) == var.capture.spool.throughput &&
      floor(var.capture.spool.iops) == var.capture.spool.iops
    )
    error_message = "In spool of capture, throughput must be a whole number from 125 to 2000 (MiB/s) and iops one from 3000 to 80000."
  }

  validation {
    condition     = var.capture.spool.throughput <= var.capture.spool.iops / 4
    error_message = "In spool of capture, gp3 gives at most 0.25 MiB/s for each of iops: raise iops to four times throughput."
  }
}
