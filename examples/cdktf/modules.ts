// Written by `npm run cdktf:types` from the variables and outputs of the modules. Do not edit.
import { Module, type Construct, type Release, type Value } from "./cdk.js";

export interface CaptureFleetInputs {
  /**
   * Whether somebody must accept each connection to the endpoint service after AWS has checked that it comes from a
   * registered account. docs/capture.md has the command that accepts registered accounts only.
   *
   * Default false: the register is the grant, and a connection that waits for a person is a zone that is not mirrored.
   */
  readonly acceptance_required?: Value<boolean> | null;
  /**
   * ARNs that an alarm notifies when it fires, usually SNS topics. Default none: the alarms exist all the same and show
   * in the console.
   */
  readonly alarm_actions?: Value<readonly string[]> | null;
  /**
   * Proof of arrival: nodes count the packets that come in by endpoint, VNI and address of the mirrored interface, with
   * either data path and before anything else looks at them, and hand that in each minute in a bucket of its own.
   *
   * What should come in the hub knows from lists of sessions in that bucket. Controllers do not hand in theirs yet: without
   * a list that somebody else writes (functions/arrivals/README.md) nothing is judged, and the alarm groups-silent never fires.
   *
   * - `count`: default true. false: nodes attach no program that counts, which saves about a tenth of a microsecond for
   *   each packet, and hand in nothing. Bucket and function stay, and everything is unknown.
   * - `schedule_minutes`: minutes from one join of what was handed in to the next, a whole number from 1 to 5. Default 2:
   *   silence is known five minutes after the last packet. Each minute more is a minute later.
   * - `group_minimum`: how many sessions of one endpoint, zone, VPC or rule, in one list, must have stood for ten minutes,
   *   with nothing come of any of them, before the alarm fires, up to ten minutes after that; 1 to 10000. Default 5: no one
   *   can tell an idle host from a broken one.
   * - `client_metrics`: whether the hub writes the metrics of each client too, which CloudWatch charges for: 7 metrics, some
   *   2.10 $ a month, for each list of sources. Default false. Controllers neither hand in their lists nor write such
   *   metrics yet.
   *
   * Default null: none of it, since it costs a little for each node and gives every registered account a place to write
   * in the hub, with `organization_id` every account of the organization. A node that cannot count is in service all the
   * same.
   */
  readonly arrivals?: Value<{
    readonly count?: Value<boolean> | null;
    readonly schedule_minutes?: number | null;
    readonly group_minimum?: number | null;
    readonly client_metrics?: Value<boolean> | null;
  }> | null;
  /**
   * Name of a workgroup of Amazon Athena, such as `primary`: makes tables of the index there, which answer by time,
   * client, node and address which file holds a packet (outputs `athena_database` and `athena_query_policy_json`). The
   * workgroup must have a place for results of its own.
   *
   * Default null: no tables. They cost nothing themselves; Athena charges for what a query reads.
   */
  readonly athena_workgroup?: string | null;
  /**
   * Whether destroying the module deletes the captured traffic that is still in the bucket.
   *
   * Default false: destroying fails while the bucket holds anything, because it may be evidence.
   */
  readonly bucket_force_destroy?: Value<boolean> | null;
  /**
   * Days after which captured traffic is deleted from the bucket, 1 to 3650.
   *
   * Default 30: packet captures are large and full of secrets, so keep them for as long as you need them and no
   * longer.
   */
  readonly bucket_retention_days?: number | null;
  /**
   * What the output `capacity_plan` is estimated from. It changes nothing that is deployed.
   *
   * - `expected_gbps`: traffic of all sources at its peak, in Gbps as the sources send and receive it. Default 1.
   * - `average_share`: the average as percent of the peak, for volumes and costs. Default 30.
   * - `packet_bytes`: average size of a packet, 64 to 8446. Default 700. The smaller, the more the added headers weigh.
   * - `stored_percent`: how much of the captured bytes reaches the bucket, after `capture.filter` and compression.
   *   Default 100: most traffic is encrypted and does not compress.
   * - `gbps_per_vcpu`: what your tool takes on one vCPU, measured by you. Default null: for the built-in tool with level 1
   *   of its compression what `make bench` measures; for any other tool or level it is not known, and network and disk
   *   alone decide.
   * - `candidates`: instance types to compare with, beside `instance_types`. Default c6in.large, c6in.xlarge,
   *   c6in.2xlarge, c7gn.large and c7gn.xlarge.
   * - `instances`: facts of types that this module does not know, by type: `vcpus`, `baseline_gbps`, `usd_per_hour`.
   *   They take precedence over its own. Default none.
   * - `prices`: in US dollars, by default those of us-east-1: `gp3_gb_month`, `load_balancer_hour`,
   *   `capacity_unit_hour`, `cross_zone_gb`, `s3_gb_month`, `s3_put_thousand`, `detailed_monitoring_month`;
   *   `gp3_mibps_month` and `gp3_iops_month` for what a volume has above 125 MiB/s and 3000.
   */
  readonly capacity?: Value<{
    readonly expected_gbps?: number | null;
    readonly average_share?: number | null;
    readonly packet_bytes?: number | null;
    readonly stored_percent?: number | null;
    readonly gbps_per_vcpu?: number | null;
    readonly candidates?: Value<readonly string[]> | null;
    readonly instances?: Value<
      Readonly<
        Record<
          string,
          Value<{
            readonly vcpus: number;
            readonly baseline_gbps: number;
            readonly usd_per_hour: number;
          }> | null
        >
      >
    > | null;
    readonly prices?: Value<{
      readonly gp3_gb_month?: number | null;
      readonly gp3_mibps_month?: number | null;
      readonly gp3_iops_month?: number | null;
      readonly load_balancer_hour?: number | null;
      readonly capacity_unit_hour?: number | null;
      readonly cross_zone_gb?: number | null;
      readonly s3_gb_month?: number | null;
      readonly s3_put_thousand?: number | null;
      readonly detailed_monitoring_month?: number | null;
    }> | null;
  }> | null;
  /**
   * What the nodes capture, and by which tool.
   *
   * - `tool`: what reads the packets.
   *   - `kind`: `tcpdump`, `container` or `command`. Default tcpdump: rotating compressed pcap, nothing to license or
   *     to fetch.
   *   - `image`: the container's image, from a registry that the nodes reach. In Amazon ECR of this region, the node
   *     role may pull it.
   *   - `command`: absolute path of a program on your image.
   *   - `arguments`: handed to the container or command as they are. Default none.
   *   - `counters`: where the tool reports how many packets it has seen, so that health can tell a tool that stands
   *     still from silence. Default null: nowhere.
   *     - `file`: JSON on the node.
   *     - `packets`, `drops`: paths into it, such as stats.capture.kernel_packets. `drops` may be left out.
   *     - `lines`: whether the file has one JSON document a line, the last of which counts. Default false.
   *     - `packets_include_drops`: default false.
   *   - `packets_bucket`: name of a bucket of yours, in this region, for the packets of a tool that writes them to Amazon
   *     S3 by itself, as Arkime does for its viewer (modules/capture-fleet/node/README.md). They go through the spool and
   *     come under the tool's own keys; retention, locks and who reads them are that bucket's. Not with kind tcpdump,
   *     `readers` or `object_lock`. Default null: none.
   * - `filter`: a BPF expression of what is kept, such as `not port 3306`. Default empty: everything that the mirror
   *   filter lets through. docs/capture.md has the one that keeps one copy where both ends of a conversation are
   *   mirrored.
   * - `datapath`: `kernel` (geneve and vxlan interfaces of the kernel; endpoint and VNI of a packet are lost, so that all
   *   clients' packets are filed together) or `bpf` (says by a VLAN tag whose a frame is, by the account that owns the
   *   endpoint it came through; needed for `readers` of clients and where clients' CIDRs overlap, with which
   *   Zeek must be 8.0 or later to tell their connections apart, by its documents). Default kernel.
   * - `workers`: readers that share the interface by flow, 1 to 192. Default null: one for each vCPU.
   * - `rotation`: a file ends after `seconds` (1 to 3600, default 60) or `megabytes` (1 to 4096, default 256),
   *   whichever comes first. What is in an unfinished file is what a crash can lose, and the shorter, the more
   *   objects.
   * - `compression`: of the built-in tool's finished files.
   *   - `method`: `zstd`, `gzip` or `none`. Default zstd: it takes a tenth of gzip's processor time and stores no more.
   *   - `level`: 1 to 19 with zstd, 1 to 9 with gzip; the higher, the smaller and the slower. Default 1, with which the
   *     figures of docs/capture.md were measured.
   * - `packages`: `install` (by apt at each launch, over HTTPS) or `present` (the image has them; see
   *   node/bin/install-packages), which starts faster and needs no repository. Default install.
   * - `spool`: the disk on which captured files wait.
   *   - `storage`: `root` (the root volume), `volume` (one of its own, so that a full spool leaves the system alone) or
   *     `instance_store` (the type's largest NVMe disk: the fastest, and gone with the instance). Default root. The
   *     latter two need Nitro types.
   *   - `size`: of the volume of its own, in GiB, 1 to 16384. Default 100.
   *   - `high_water_percent`: how full it may be before the node is unhealthy, 50 to 95. Default 85.
   *   - `throughput`, `iops`: of the volume that it is on, which is gp3. Default 125 MiB/s and 3000, what gp3 has without a surcharge.
   *     Every byte is written twice where it is compressed, so 125 MiB/s carry 0.5 Gbps; `capacity_plan` says where
   *     that is the limit. At most 2000 MiB/s and 80000, and 0.25 MiB/s for each of `iops`.
   */
  readonly capture?: Value<{
    readonly tool?: Value<{
      readonly kind?: string | null;
      readonly image?: string | null;
      readonly arguments?: Value<readonly string[]> | null;
      readonly command?: string | null;
      readonly counters?: Value<{
        readonly file: string;
        readonly packets: string;
        readonly drops?: string | null;
        readonly lines?: Value<boolean> | null;
        readonly packets_include_drops?: Value<boolean> | null;
      }> | null;
      readonly packets_bucket?: string | null;
    }> | null;
    readonly filter?: string | null;
    readonly datapath?: string | null;
    readonly workers?: number | null;
    readonly rotation?: Value<{
      readonly seconds?: number | null;
      readonly megabytes?: number | null;
    }> | null;
    readonly compression?: Value<{ readonly method?: string | null; readonly level?: number | null }> | null;
    readonly packages?: string | null;
    readonly spool?: Value<{
      readonly storage?: string | null;
      readonly size?: number | null;
      readonly high_water_percent?: number | null;
      readonly throughput?: number | null;
      readonly iops?: number | null;
    }> | null;
  }> | null;
  /**
   * Accounts that may connect endpoints to the fleet and put events on its bus: a key of your own choice to the
   * account. The fleet's own account may be among them, and needs to be if it mirrors too. Default none: nobody can
   * connect.
   *
   * - `account_id`: twelve digits, as a string.
   * - `vnis`: the VNI of each of its VPCs, by a key of your own choice: the number 1 to 16777215 that is given to
   *   mirror-client's input `vpcs` as `vni`. It is a label within the account, which says which VPC sent a packet;
   *   whose the packet is, the endpoint says that it came through. Default none: one label for all.
   *   - No two VPCs of one account may have the same; those of different accounts may.
   *   - Two entries with the same account are told apart by them, so each needs some.
   * - `readers`: ARNs of IAM roles, users or accounts, of any account, that may list and read what was captured from
   *   this client, below `captures/client=<key>/`, and nothing else. Default none.
   *   - They must exist, because S3 refuses a policy that names somebody it does not know.
   *   - Only with `capture.datapath = "bpf"` and the built-in tool, which files each client's packets apart.
   */
  readonly clients?: Value<
    Readonly<
      Record<
        string,
        Value<{
          readonly account_id: string;
          readonly vnis?: Value<Readonly<Record<string, number | null>>> | null;
          readonly readers?: Value<readonly string[]> | null;
        }> | null
      >
    >
  > | null;
  /**
   * Whether traffic may go to nodes of other zones. False avoids the charges for traffic between zones (0.01 $ per GB
   * on each side); use it with `group_per_zone`.
   *
   * Default true: the nodes are one group over all zones, and without it a zone that has no healthy node loses its
   * traffic silently.
   */
  readonly cross_zone_load_balancing?: Value<boolean> | null;
  /**
   * Whether the load balancer refuses to be deleted.
   *
   * Default false, so that destroy works. For production set true, and set it back and apply before destroying.
   */
  readonly deletion_protection?: Value<boolean> | null;
  /**
   * Whether each zone has an autoscaling group of its own, each of `min_size` to `max_size` nodes. Changing it
   * replaces all nodes.
   *
   * - Default false: one group over all zones, with cross-zone load balancing.
   * - True: each zone scales by its own traffic and is never without nodes, so that `cross_zone_load_balancing` can be
   *   false, which saves the charges for traffic between zones. The price is at least `min_size` nodes in every zone.
   */
  readonly group_per_zone?: Value<boolean> | null;
  /**
   * HTTP health check of the nodes.
   *
   * - `port`: TCP, 1 to 65535. Default 8080.
   * - `path`: default /healthz.
   * - `interval`, `timeout`: in seconds, 5 to 300 and 2 to 120. Defaults 10 and 5: a dead node is out after about 20
   *   s.
   * - `healthy_threshold`, `unhealthy_threshold`: consecutive answers, 2 to 10. Default 2.
   * - `grace_period`: seconds from launch until a failing check replaces the node, 0 to 7200. Default 300.
   */
  readonly health_check?: Value<{
    readonly port?: number | null;
    readonly path?: string | null;
    readonly interval?: number | null;
    readonly timeout?: number | null;
    readonly healthy_threshold?: number | null;
    readonly unhealthy_threshold?: number | null;
    readonly grace_period?: number | null;
  }> | null;
  /**
   * How long a node may take to come and to go.
   *
   * - `launch_timeout_seconds`: from its start until a synthetic packet has come out of its data path, 60 to 7200; a
   *   node that has not said so by then is replaced. Default 600.
   * - `terminate_timeout_seconds`: after which a leaving node that gives no sign of life is terminated, 120 to 7200;
   *   while it uploads, it gives one each minute. Default 300.
   * - `drain_limit_seconds`: after which a leaving node gives up what it could not upload, and says so, 60 to 28800
   *   and at most 100 times `terminate_timeout_seconds`. Default 7200.
   */
  readonly hooks?: Value<{
    readonly launch_timeout_seconds?: number | null;
    readonly terminate_timeout_seconds?: number | null;
    readonly drain_limit_seconds?: number | null;
  }> | null;
  /**
   * Where nodes may go by HTTPS. What is not listed they cannot reach.
   *
   * - `cidr_blocks`: IPv4 blocks, such as that of the VPC when its interface endpoints serve the nodes. Default
   *   0.0.0.0/0: the addresses of AWS's services change, and the node role bounds what a node may ask of them.
   * - `prefix_list_ids`: prefix lists by a key of your own choice, such as that of the VPC's S3 gateway endpoint.
   *   Default none.
   */
  readonly https_destinations?: Value<{
    readonly cidr_blocks?: Value<readonly string[]> | null;
    readonly prefix_list_ids?: Value<Readonly<Record<string, string | null>>> | null;
  }> | null;
  /**
   * IAM path of the roles and the instance profile, for organizations whose rules go by it. Choose it before the first
   * apply: a change would replace them under running nodes, and is refused.
   *
   * `/`, or names between slashes, such as `/network/mirroring/`; at most 512 characters. Default `/`.
   */
  readonly iam_path?: string | null;
  /**
   * Image of the nodes: an AMI id, or `resolve:ssm:<parameter>`, which is looked up at each launch. Only with an AMI
   * id can a failed instance refresh roll back by itself (EC2 Auto Scaling, RollbackInstanceRefresh).
   *
   * It must fit the instance types' architecture and run cloud-init and systemd with a kernel that has what the data
   * path needs; a node that has not fails its launch. Default null: the newest Debian 13 by its public parameter; Debian 12 is
   * `resolve:ssm:/aws/service/debian/release/12/latest/amd64` (or arm64).
   */
  readonly image_id?: string | null;
  /**
   * Instance types of the nodes, all of one architecture, preferred ones first. With several the group falls back to
   * the next when a zone has no capacity, so give types of like size, or `scaling.weights`.
   *
   * On-demand unless `scaling.spot_percent` says otherwise. Default c6i.large: offered in most regions, no burst
   * credits for processor time.
   */
  readonly instance_types?: Value<readonly string[]> | null;
  /**
   * ARN of a customer-managed KMS key of this region for the bucket and the nodes' volumes. Its key policy must let
   * the autoscaling service-linked role (AWSServiceRoleForAutoScaling) use it and create grants, or no node starts.
   *
   * Default null: the bucket's own encryption (SSE-S3) and the account's default key for volumes.
   */
  readonly kms_key_arn?: string | null;
  /**
   * Where the zips of the functions endpoint-map (with `capture.datapath` "bpf") and arrivals (with `arrivals`) are taken
   * from instead of this repository, for organizations whose code must come from a bucket of theirs.
   *
   * - `s3_bucket`: the bucket.
   * - `s3_key_prefix`: what stands before `endpoint-map.zip` and `arrivals.zip` in the key. Put the version into it: a
   *   changed key is what makes Lambda fetch. Default empty.
   *
   * Default null: the zips in this repository.
   */
  readonly lambda_package?: Value<{
    readonly s3_bucket: string;
    readonly s3_key_prefix?: string | null;
  }> | null;
  /**
   * Days that the logs of the functions endpoint-map (with `capture.datapath` "bpf") and arrivals (with `arrivals`) are
   * kept.
   *
   * A value that CloudWatch Logs knows (1, 3, 5, 7, 14, 30, 60, 90 … 3653), or 0 for ever. Default 30.
   */
  readonly log_retention_days?: number | null;
  /** Largest number of nodes, at least `min_size`; with `group_per_zone` of each zone. Default 4. */
  readonly max_size?: number | null;
  /**
   * Smallest number of nodes, at least 1; with `group_per_zone` of each zone.
   *
   * Default 2, so that one node may fail. All nodes gone means that mirrored traffic is lost without an error
   * anywhere.
   */
  readonly min_size?: number | null;
  /**
   * Name of the fleet, and the beginning of the names of all that this module makes.
   *
   * Lower-case letters, digits and single hyphens, first a letter, at most 26 characters: the bucket
   * `<name>-capture-<account>-<region>` has to fit into S3's 63.
   */
  readonly name: string;
  /**
   * Who is notified of each object that nodes write.
   *
   * - `eventbridge`: whether the bucket sends `Object Created` events to the account's default bus, for event rules of
   *   your own. Default true: they cost nothing there.
   * - `queues`: SQS queues that S3 notifies directly, as most SIEMs' S3 inputs want it, by a key of your own choice.
   *   Default none.
   *   - `queue_arn`: a standard queue. Its policy must let s3.amazonaws.com send before this is applied, because S3
   *     tries it.
   *   - `prefix`, `suffix`: of the objects' keys, such as captures/ and .json.gz. No two queues may overlap in both.
   *     Default "": every object.
   */
  readonly notifications?: Value<{
    readonly eventbridge?: Value<boolean> | null;
    readonly queues?: Value<
      Readonly<
        Record<
          string,
          Value<{
            readonly queue_arn: string;
            readonly prefix?: string | null;
            readonly suffix?: string | null;
          }> | null
        >
      >
    > | null;
  }> | null;
  /**
   * Makes captured traffic undeletable for a time, as evidence may have to be. It holds for what is written from then
   * on.
   *
   * - `mode`: `GOVERNANCE` (those with s3:BypassGovernanceRetention may still delete) or `COMPLIANCE` (nobody can, not
   *   even the account's root user).
   * - `days`: 1 to `bucket_retention_days`.
   *
   * Default null: none. Once it is on, a bucket's object lock cannot be switched off again (Amazon S3, "Object Lock
   * considerations"): taking the input away ends the default retention for new objects only.
   */
  readonly object_lock?: Value<{ readonly mode: string; readonly days: number }> | null;
  /**
   * Id of the AWS Organization that all clients belong to, such as o-a1b2c3d4e5. Which accounts may connect endpoints
   * stays the list of `clients`.
   *
   * Needed with more than 232 different accounts: the bus then takes events from any account of the organization,
   * because its policy is too short for a list (10,240 characters, Amazon EventBridge quotas). Default null: the list,
   * everywhere.
   */
  readonly organization_id?: string | null;
  /** ARN of the IAM policy that bounds the node role's permissions. Default null: none. */
  readonly permissions_boundary?: string | null;
  /**
   * Device name of the image's root volume, so that the volume which this module encrypts and sizes is that one and
   * not a second.
   *
   * Default /dev/xvda, as in Debian's and Amazon Linux's images; Ubuntu's use /dev/sda1.
   */
  readonly root_device_name?: string | null;
  /**
   * Size in GiB of each node's encrypted gp3 root volume, 8 to 16384.
   *
   * Default 20: the system, logs and a little captured traffic on its way to the bucket.
   */
  readonly root_volume_size?: number | null;
  /**
   * Address of the page that holds the sections of docs/operations.md: the description of each alarm then ends with the
   * link to its section, `<runbook_url>#<section>`.
   *
   * It begins with https:// and has no fragment, at most 500 characters. Default null: the description names the section
   * of docs/operations.md, since only the caller knows where people read the version that is applied.
   */
  readonly runbook_url?: string | null;
  /**
   * How the number of nodes follows the traffic, within the fleet's smallest and largest number. A node added does not
   * take flows that others have until these pause for 120 s, so this scales early and in large steps.
   *
   * - `network_in_mbps`: traffic a node is to have, in Mbps. Default null: `network_share` of the baseline bandwidth
   *   that AWS documents for the smallest of `instance_types` (a type that this module does not know needs the
   *   number).
   * - `network_share`: percent of that baseline, 1 to 100. Default 55: beyond the baseline a node lives on credits,
   *   and what comes too fast is lost.
   * - `cpu_percent`: processor time a node is to have, 10 to 100. Default 60.
   * - `drop_percent`: share of packets that the tool loses, in percent, from which the group grows by half at once,
   *   and from ten times as much, doubles. More than 0, at most 10. Default 0.1. This comes late, after loss: it is
   *   the last of three.
   * - `warmup_seconds`: time from a node's start until its figures count, 0 to 3600. Default 180.
   * - `weights`: by instance type, how many nodes it counts for, 1 to 999; give it to all types or to none. Default
   *   none: each counts for one.
   * - `on_demand_base`, `spot_percent`: nodes that are always on-demand, and the share of those beyond which may be
   *   spot, in percent. Defaults 0 and 0: no spot. AWS takes a spot node back at two minutes' notice, in which its
   *   flows are lost until they move.
   * - `warm_pool`: nodes kept ready outside of the group, not with spot. Stopped ones cost their disks only, and are
   *   in service sooner by boot and installation. Default null: none.
   *   - `state`: `Stopped` or `Running`. Default Stopped.
   *   - `min_size`: of the pool. Default 0.
   *   - `max_prepared`: most nodes in group and pool. Default null: the largest number of the group.
   * - `schedules`: sizes by the clock, by a key of your own choice. Default none.
   *   - `recurrence`: cron, five fields.
   *   - `time_zone`: IANA. Default Etc/UTC.
   *   - `min_size`, `max_size`, `desired_capacity`: any of them.
   * - `refresh`: how nodes are replaced after a change. It waits at each of `checkpoint_percentages` (default [50,
   *   100]) for `checkpoint_delay_seconds` (0 to 172800, default 300), in which alarms can be seen.
   */
  readonly scaling?: Value<{
    readonly network_in_mbps?: number | null;
    readonly network_share?: number | null;
    readonly cpu_percent?: number | null;
    readonly drop_percent?: number | null;
    readonly warmup_seconds?: number | null;
    readonly weights?: Value<Readonly<Record<string, number | null>>> | null;
    readonly on_demand_base?: number | null;
    readonly spot_percent?: number | null;
    readonly warm_pool?: Value<{
      readonly state?: string | null;
      readonly min_size?: number | null;
      readonly max_prepared?: number | null;
    }> | null;
    readonly schedules?: Value<
      Readonly<
        Record<
          string,
          Value<{
            readonly recurrence: string;
            readonly time_zone?: string | null;
            readonly min_size?: number | null;
            readonly max_size?: number | null;
            readonly desired_capacity?: number | null;
          }> | null
        >
      >
    > | null;
    readonly refresh?: Value<{
      readonly checkpoint_percentages?: Value<readonly number[]> | null;
      readonly checkpoint_delay_seconds?: number | null;
    }> | null;
  }> | null;
  /**
   * Which fields of a mirrored packet's outer header choose its node: `source_ip_dest_ip`, `source_ip_dest_ip_proto`,
   * or `none` for all five fields.
   *
   * Default source_ip_dest_ip: the load balancer sees only the outer header of the mirrored packet, whose source port
   * may differ between the two directions of one connection, so the addresses alone keep a connection on one node. The
   * price is that a busy source stays on one node.
   */
  readonly stickiness?: string | null;
  /**
   * Subnets of the fleet's VPC for the load balancer and the nodes, one per availability zone: a key of your own
   * choice (it stays when ids change) to the subnet's id.
   *
   * Nodes get no public address, so the subnets need another way to port 443 (NAT or VPC endpoints).
   */
  readonly subnets: Value<Readonly<Record<string, string | null>>>;
  /**
   * Tags of everything that this module makes, the nodes, their volumes and interfaces included. The provider's
   * default_tags do not reach what the autoscaling group launches, these do.
   *
   * At most 45; no key may begin with `aws:` or `traffic-mirror:`, nor differ from another one by case alone. The objects
   * of the code bucket carry none, since Amazon S3 takes ten at most. Default none.
   */
  readonly tags?: Value<Readonly<Record<string, string | null>>> | null;
  /**
   * Where the functions endpoint-map (with `capture.datapath` "bpf") and arrivals (with `arrivals`) are placed in a VPC,
   * for organizations that ask for it. The APIs of EC2 and Amazon S3 (a gateway endpoint, which is free), and with
   * `arrivals` that of Elastic Load Balancing, must be reachable from there.
   *
   * - `subnet_ids`: 1 to 16, of one VPC. Give subnets of their own, a /28 each.
   * - `security_group_ids`: 1 to 5.
   *
   * Default null: in no VPC, which the functions do not need.
   */
  readonly vpc_config?: Value<{
    readonly subnet_ids: Value<readonly string[]>;
    readonly security_group_ids: Value<readonly string[]>;
  }> | null;
  /** VPC of the capture fleet. It may be one whose instances are mirrored. */
  readonly vpc_id: string;
}

/** modules/capture-fleet */
export class CaptureFleet extends Module<
  CaptureFleetInputs,
  | "alarm_names"
  | "arrivals_bucket_name"
  | "athena_database"
  | "athena_query_policy_json"
  | "autoscaling_group_name"
  | "autoscaling_group_names"
  | "availability_zones"
  | "capacity_plan"
  | "capture_bucket"
  | "capture_bucket_arn"
  | "code_bucket"
  | "dashboard_name"
  | "endpoint_service_id"
  | "endpoint_service_name"
  | "event_bus_arn"
  | "load_balancer_arn"
  | "load_balancer_arn_suffix"
  | "node_role_name"
  | "security_group_id"
> {
  constructor(scope: Construct, id: string, release: Release, inputs: CaptureFleetInputs) {
    super("capture-fleet", scope, id, release, inputs);
  }
}

export interface MirrorClientInputs {
  /**
   * Whether a source counts as mirrored although a session of somebody else's, with a lower number and a filter that
   * overlaps ours, takes packets before it. Each packet is mirrored once.
   *
   * Default false: such a source counts as `outranked`, by whom is named, and an alarm fires.
   */
  readonly accept_sharing?: Value<boolean> | null;
  /**
   * ARNs that an alarm notifies when it fires, usually SNS topics. Default none: the alarms exist all the same and show
   * in the console.
   */
  readonly alarm_actions?: Value<readonly string[]> | null;
  /**
   * Whether an instance in a zone without a target is mirrored to a target in another zone of its VPC. It costs the
   * transfer between zones (0.01 $ per GB on each side in most regions), and that zone's capture then depends on two
   * zones.
   *
   * Default true: completeness first.
   */
  readonly allow_cross_zone?: Value<boolean> | null;
  /**
   * Processor of the functions.
   *
   * `arm64` or `x86_64`. Default arm64, which is a fifth cheaper for the same work.
   */
  readonly architecture?: string | null;
  /**
   * How the function chooses, with `endpoint_management` "automatic".
   *
   * - `zones`: which zones get an endpoint, of those that the fleet serves. An endpoint costs about 7 $ a month.
   *   - `subnets` (default): every zone in which the VPC has a subnet, since an instance could be started there and a
   *     new endpoint takes minutes.
   *   - `instances`: only zones with an instance that is not terminated. The first instance of a zone is mirrored
   *     through another zone's endpoint for those minutes, or not at all where there is none.
   * - `idle_minutes`: with `instances`, how long a zone may be without one before its endpoint goes, 0 to 10080. Default
   *   60, so that a group that is scaled to nothing for a moment changes nothing.
   * - `subnet_tags`: tags of the subnets in which endpoints are preferred; a null value means that the key is present.
   *   Of several such subnets the one with the most free addresses is taken, and a zone without one takes any. An
   *   endpoint that is there stays where it is. At most 10. Default none.
   * - `evacuation_tag`: `key` and `value` (null: any) of the tag that marks a subnet to be removed: its endpoint is
   *   moved to another subnet of the zone, or given up. Default traffic-mirror:evacuate = true.
   * - `schedule_expression`: how often the function looks at everything, rate(1 minute) to rate(1 hour). Default rate(1
   *   minute): so long does it take to see that a new endpoint is available.
   */
  readonly automatic?: Value<{
    readonly zones?: string | null;
    readonly idle_minutes?: number | null;
    readonly subnet_tags?: Value<Readonly<Record<string, string | null>>> | null;
    readonly evacuation_tag?: Value<{ readonly key: string; readonly value?: string | null }> | null;
    readonly schedule_expression?: string | null;
  }> | null;
  /**
   * Zones that the capture fleet serves: output of the same name of capture-fleet. With it, a subnet in another zone is
   * refused at plan, and the function serves these zones alone.
   *
   * By any key `name` and `id`. Only the id counts, because a name may mean another zone in another account. Default
   * null: EC2 is asked, which refuses such a subnet at apply.
   */
  readonly availability_zones?: Value<
    Readonly<Record<string, Value<{ readonly name?: string | null; readonly id: string }> | null>>
  > | null;
  /**
   * Limits of demands: mirrors with an end that somebody asks for (`Mirror Requested` on the controller's bus) or that a
   * GuardDuty finding opens. A request over a limit is refused, and its requester reads why: docs/demands.md.
   *
   * - `default_minutes`: how long a demand lasts when the request does not say, 1 to `maximum_minutes`. Default 1440, a
   *   day.
   * - `maximum_minutes`: how long one requester can keep a demand open, however often it asks, 1 to 525600. Default
   *   10080, a week.
   * - `limit`: how many may be open together, GuardDuty's not counted, 1 to 5000. Default 500.
   * - `requester_limit`: how many one requester may have open, 1 to 5000. Default 20, more than an instance has
   *   interfaces.
   * - `requests_per_minute`: how many requests and withdrawals one requester may send in a minute, 1 to 6000. Default
   *   30.
   *
   * The last two do not apply to the trusted requester, whose source is `traffic-mirror` alone.
   */
  readonly demands?: Value<{
    readonly default_minutes?: number | null;
    readonly maximum_minutes?: number | null;
    readonly limit?: number | null;
    readonly requester_limit?: number | null;
    readonly requests_per_minute?: number | null;
  }> | null;
  /**
   * Who makes the endpoints and targets. The README says how to change over without a gap.
   *
   * - `terraform`: this module, for the subnets of `vpcs`, with all of them in the state.
   * - `automatic`: a function, which follows the network: subnets and zones that come and go, and endpoints that fail or
   *   are deleted, need no apply.
   *
   * Default terraform.
   */
  readonly endpoint_management?: string | null;
  /**
   * Name of the capture fleet's endpoint service: output of the same name of capture-fleet.
   *
   * It must be of this region and must allow this account.
   */
  readonly endpoint_service_name: string;
  /**
   * What is never mirrored, whatever `sources` says; a session of this controller on it is removed.
   *
   * - `tags`: as in `sources.tags`, `tags` and `match`.
   * - `subnet_ids`, `instance_ids`, `network_interface_ids`: ids.
   * - `autoscaling_group_names`: groups whose instances are left alone, above all those of the capture fleet and of
   *   whatever else receives the copy: mirrored into itself, traffic would go round for ever.
   *
   * Default nothing.
   */
  readonly exclude?: Value<{
    readonly tags?: Value<
      readonly Value<{
        readonly tags: Value<Readonly<Record<string, string | null>>>;
        readonly match?: string | null;
      }>[]
    > | null;
    readonly subnet_ids?: Value<readonly string[]> | null;
    readonly instance_ids?: Value<readonly string[]> | null;
    readonly network_interface_ids?: Value<readonly string[]> | null;
    readonly autoscaling_group_names?: Value<readonly string[]> | null;
  }> | null;
  /**
   * Whether interfaces of Fargate tasks are tried. AWS has the last word, and a refusal is reported with its reason.
   *
   * Default false, because it is unproven: AWS documents that requester-managed interfaces cannot be sources except
   * those of RDS and ElastiCache, though sessions on Fargate's have been seen.
   */
  readonly fargate?: Value<boolean> | null;
  /**
   * What of a source's traffic is mirrored, the same for every VPC.
   *
   * - `ingress`, `egress`: the filter rules of a direction as seen from the source, at most 10 in all. A direction
   *   without one is not mirrored.
   *   - `rule_number`: 1 to 32766, once per direction; the lowest that fits decides.
   *   - `rule_action`: `accept` (default) or `reject`.
   *   - `protocol`: IANA number, 1 to 255. Default null: every protocol.
   *   - `source_cidr_block`, `destination_cidr_block`: both IPv4 or both IPv6.
   *   - `source_port_range`, `destination_port_range`: `from_port` and `to_port`, for TCP (6) and UDP (17) only. Default
   *     null: every port.
   *   - `description`: free text. Default null.
   * - `network_services`: `amazon-dns` (default) or none.
   *
   * Default null: everything in both directions, IPv4 and IPv6, and the traffic of Amazon's DNS.
   */
  readonly filter?: Value<{
    readonly ingress?: Value<
      readonly Value<{
        readonly rule_number: number;
        readonly rule_action?: string | null;
        readonly protocol?: number | null;
        readonly source_cidr_block: string;
        readonly destination_cidr_block: string;
        readonly source_port_range?: Value<{ readonly from_port: number; readonly to_port: number }> | null;
        readonly destination_port_range?: Value<{
          readonly from_port: number;
          readonly to_port: number;
        }> | null;
        readonly description?: string | null;
      }>[]
    > | null;
    readonly egress?: Value<
      readonly Value<{
        readonly rule_number: number;
        readonly rule_action?: string | null;
        readonly protocol?: number | null;
        readonly source_cidr_block: string;
        readonly destination_cidr_block: string;
        readonly source_port_range?: Value<{ readonly from_port: number; readonly to_port: number }> | null;
        readonly destination_port_range?: Value<{
          readonly from_port: number;
          readonly to_port: number;
        }> | null;
        readonly description?: string | null;
      }>[]
    > | null;
    readonly network_services?: Value<readonly string[]> | null;
  }> | null;
  /**
   * Lowest severity of a GuardDuty finding that asks for a mirror.
   *
   * 1 to 10 (GuardDuty: low from 1, medium from 4, high from 7, critical from 9). Default 4: low findings are mostly
   * attempts that failed.
   */
  readonly guardduty_severity?: number | null;
  /**
   * What keeps a mistake small.
   *
   * - `removal_percent`, `removal_minimum`: how many of our sessions are removed within 24 hours at most for a change of
   *   rules, tags or targets: this share of the most sessions of those hours (0 to 100, default 20), or, where that is
   *   more, this number (from 0, default 10) but never more than half of them. A run that would go beyond removes none of
   *   these, and an alarm fires. 100 percent switches it off. What is stopped, detached or terminated does not count.
   * - `acknowledged_until`: a time (RFC 3339, such as 2030-01-31T12:00:00Z) until which such a removal is wanted;
   *   the 24 hours begin anew with it. Default null: it is not.
   * - `rollout_percent`: the share of the selected interfaces that is mirrored, by a stable hash, for a first rollout. 1
   *   to 100, default 100.
   * - `max_sessions`: the most sessions that this controller makes, from 1. Default null: no ceiling but the quota.
   * - `first_apply_sessions`: the most sessions that a controller without any makes at first. Where it would be more, none
   *   is made, the apply fails with their number and what they cost, and an alarm fires; this number or a higher one
   *   here lets them through. Judged once, by the first sweep that finds sources, and not for launches afterwards: 0,
   *   applied where nothing is selected yet, does not keep two instances that are launched later from being mirrored.
   *   From 0, default 1000; null lets any number through.
   */
  readonly guardrails?: Value<{
    readonly removal_percent?: number | null;
    readonly removal_minimum?: number | null;
    readonly acknowledged_until?: string | null;
    readonly rollout_percent?: number | null;
    readonly max_sessions?: number | null;
    readonly first_apply_sessions?: number | null;
  }> | null;
  /**
   * ARN of the hub's event bus (output `event_bus_arn` of `capture-fleet`), to which the functions' reports then go:
   * sessions that come, change and go, sources that are refused, tampering, and a summary of each sweep.
   *
   * The hub must allow this account, and whether the input is null must be known at plan. Default null: reports stay on
   * the controller's own bus.
   */
  readonly hub_event_bus_arn?: string | null;
  /**
   * IAM path of every role and policy that is made: `/`, or names between slashes, such as `/network/mirroring/`. Changing
   * it replaces them. Default `/`.
   */
  readonly iam_path?: string | null;
  /**
   * What is known of instance types beyond the guide's list, such as `{ "t2.*" = false }`.
   *
   * By type, with * and ? as wildcards. false: never tried, and no alarm; true: tried as early as those on the list.
   * Default none: every type is tried, those that the list does not name last, and what EC2 refuses is learnt.
   */
  readonly instance_types?: Value<Readonly<Record<string, Value<boolean> | null>>> | null;
  /**
   * ARN of a customer-managed KMS key for the queues, and for the functions' logs and environment. Its policy must let
   * `events.amazonaws.com` and `logs.<region>.amazonaws.com` use it. Default null: keys that AWS owns, which need nothing.
   */
  readonly kms_key_arn?: string | null;
  /**
   * Where the functions' zips are taken from instead of this repository, for organizations whose code must come from a
   * bucket of theirs.
   *
   * - `s3_bucket`: the bucket.
   * - `s3_key_prefix`: what stands before `reconcile.zip`, `requests.zip` and `sweep.zip` in the key (in mirror-client and
   *   the root, with `endpoint_management` "automatic", `endpoints.zip` as well; in the root, with `datapath` "bpf",
   *   `endpoint-map.zip`, and with `capture_arrivals` `arrivals.zip`). Put the version into it: a changed key is what makes
   *   Lambda fetch. Default empty.
   *
   * Default null: the zips in this repository.
   */
  readonly lambda_package?: Value<{
    readonly s3_bucket: string;
    readonly s3_key_prefix?: string | null;
  }> | null;
  /**
   * VPCs that are not mirrored on purpose. Instances in VPCs of the region that are neither here nor in `vpcs` are counted
   * (`InstancesOutsideVpcs`), named in the answer of `sweep`, and fire the alarm `<name>-outside-vpcs`.
   *
   * Ids of VPCs, 2,500 bytes as JSON at most (about 100): the function `sweep` carries them in its environment, of which Lambda
   * holds 4 KB, with tags. `["*"]`: every other VPC, none is looked at. Default `[]`.
   */
  readonly left_out_vpc_ids?: Value<readonly string[]> | null;
  /**
   * Autoscaling groups whose new instances are held until their interfaces are mirrored, by a key of the caller's. It
   * delays service, not the first packets: the operating system boots meanwhile.
   *
   * - `autoscaling_group_name`: the group.
   * - `create`: whether the module makes the hook. Its time-out always lets the instance go into service, so that a
   *   controller that does not answer stops no launches. With false the hook is there already, for the transition
   *   autoscaling:EC2_INSTANCE_LAUNCHING and without a notification target. Default true.
   * - `hook_name`: its name. Default `<name>-mirror`.
   * - `heartbeat_timeout`: seconds that an instance is held at most by a hook that the module makes, 30 to 7200. Default
   *   300.
   * - `when_not_mirrored`: what becomes of an instance that should be mirrored and cannot be: `continue` (default) puts
   *   it into service, `abandon` terminates it, and Auto Scaling launches another one. For what lies outside the instance
   *   (receiver, filter, quota, permission, ownership, other people's sessions) it always goes into service.
   * - `abandons_per_hour`: with `abandon`, the circuit breaker against launching and terminating for ever: once so many
   *   launches of the group were cancelled or failed within an hour, the next instance goes into service all the same,
   *   and an alarm fires. 1 to 1000, default 3.
   *
   * At most 20. Default none.
   */
  readonly lifecycle_hooks?: Value<
    Readonly<
      Record<
        string,
        Value<{
          readonly autoscaling_group_name: string;
          readonly create?: Value<boolean> | null;
          readonly hook_name?: string | null;
          readonly heartbeat_timeout?: number | null;
          readonly when_not_mirrored?: string | null;
          readonly abandons_per_hour?: number | null;
        }> | null
      >
    >
  > | null;
  /**
   * How much the functions log.
   *
   * `DEBUG`, `INFO`, `WARN` or `ERROR`. Default INFO: one line per decision that changed something, and a summary per
   * run.
   */
  readonly log_level?: string | null;
  /**
   * Days that the functions' logs are kept.
   *
   * A value that CloudWatch Logs knows (1, 3, 5, 7, 14, 30, 60, 90 … 3653), or 0 for ever. Default 30.
   */
  readonly log_retention_days?: number | null;
  /**
   * Memory of the functions in MB; CPU grows with it.
   *
   * - `reconcile`, `requests`: 128 to 10240. Default 512, for a cold start within a second or so.
   * - `sweep`: 128 to 10240. Default 1024, for a region of 10,000 interfaces, with room.
   */
  readonly memory_size?: Value<{
    readonly reconcile?: number | null;
    readonly requests?: number | null;
    readonly sweep?: number | null;
  }> | null;
  /**
   * Whether two alarms fire when instances of this account and region had no bandwidth left for mirroring, so that
   * packets of sources were not copied.
   *
   * Default false, because of the price: such an alarm is a query over the metrics of all instances, and CloudWatch
   * charges 0.10 $ a month for each metric that it analyses, with at most 10,000. docs/operations.md has the query for
   * looking without an alarm.
   */
  readonly mirroring_skipped_alarm?: Value<boolean> | null;
  /**
   * What the functions do with what they find.
   *
   * - `enforce`: sessions are made, changed and removed.
   * - `observe`: everything is planned, logged and counted, and nothing changes.
   * - `drain`: all sessions of this controller are removed and none is made.
   *
   * Default enforce.
   */
  readonly mode?: string | null;
  /**
   * Beginning of the names of all that is made, and the value of the tag `traffic-mirror:controller` of the sessions.
   * Changing it replaces everything, and removes and makes anew every session.
   *
   * Lower-case letters, digits and single hyphens, first a letter, at most 38 characters: the role
   * `<name>-reconcile-<region>` must fit into IAM's 64.
   */
  readonly name: string;
  /**
   * How fast sessions are made, changed and removed. EC2 grants an account 50 mutations at once and 5 a second from then
   * on, per region and action (EC2 Developer Guide, "Request throttling for the Amazon EC2 API"), shared with every
   * other tool there.
   *
   * - `events_per_second`, `events_burst`: rate and burst of `reconcile`, shared by its concurrent runs. More than 0 to
   *   1000, default 0.25; at most 10000, default 44.
   * - `requests_per_second`, `requests_burst`: rate and burst of the function `requests`, likewise. More than 0 to 1000,
   *   default 0.1; at most 10000, default 3. Requests for mirrors never use more; those over it wait for the next sweep.
   * - `sweep_per_second`, `sweep_burst`: rate and burst of `sweep`, which runs one at a time. More than 0 to 1000,
   *   default 4.4; 1 to 10000, default 3. A sweep that an event asks for takes a twentieth of it besides.
   * - `events_maximum_concurrency`, `requests_maximum_concurrency`: most concurrent runs of `reconcile` and of
   *   `requests`, 2 to 1000. Default 2, the least that Lambda allows for a queue.
   *
   * The defaults are 0.25 + 0.1 + 4.4 + 0.22 = 4.97 a second and 44 + 3 + 3 = 50 at once: nearly all that EC2 grants and
   * no more. While events wait in their queue, the sweep stands back and `reconcile` takes both rates: of 100 instances
   * launched at once the last is mirrored after some 14 seconds, of 700 after some 150, also during a backfill of
   * thousands. Raise them when AWS has raised the account's limits.
   *
   * Each run knows its own share alone, and sends a burst at ten calls a second. When EC2 throttles it, since another
   * tool uses the same limit, it pauses and goes on at a little less than half its share.
   */
  readonly pace?: Value<{
    readonly events_per_second?: number | null;
    readonly events_burst?: number | null;
    readonly requests_per_second?: number | null;
    readonly requests_burst?: number | null;
    readonly sweep_per_second?: number | null;
    readonly sweep_burst?: number | null;
    readonly events_maximum_concurrency?: number | null;
    readonly requests_maximum_concurrency?: number | null;
  }> | null;
  /** ARN of the IAM policy that bounds every role that is made. Default null: none. */
  readonly permissions_boundary?: string | null;
  /**
   * How many parameters the policy document is spread over when it does not fit into one (4,096 bytes). Needed only
   * where the length of a list is unknown at plan, or where long names or non-Latin tags make the estimate too small;
   * the plan or apply says so then.
   *
   * 1 to 64. Default null: estimated from the number of VPCs, targets, rules and excludes at their largest size.
   */
  readonly policy_parts?: number | null;
  /**
   * Whether interfaces that AWS made for its services in the VPCs are mirrored, where a rule selects their subnet or VPC
   * (they have no instance, so no instance tags).
   *
   * - `rds`, `elasticache`: whose. Default false for both: their traffic repeats what the clients' interfaces show.
   */
  readonly requester_managed?: Value<{
    readonly rds?: Value<boolean> | null;
    readonly elasticache?: Value<boolean> | null;
  }> | null;
  /**
   * Concurrent executions reserved for the functions.
   *
   * - `reconcile`: -1 (none), or at least `pace.events_maximum_concurrency`.
   * - `requests`: -1 (none), or at least `pace.requests_maximum_concurrency`.
   * - `sweep`: -1 (none), or at least 2, since an apply or a person may start one while the schedule's runs.
   *
   * Default -1 for each: a new account has ten in all, and reserving any of them fails there.
   */
  readonly reserved_concurrency?: Value<{
    readonly reconcile?: number | null;
    readonly requests?: number | null;
    readonly sweep?: number | null;
  }> | null;
  /**
   * Address (https) of the page that holds the sections of docs/operations.md: the description of each alarm then ends with
   * the link to its section. Default null: the description names the section of docs/operations.md, since only the caller
   * knows where people read the version that is applied.
   */
  readonly runbook_url?: string | null;
  /**
   * Lambda runtime of the functions.
   *
   * `nodejs22.x` or a later one. Default nodejs22.x, which the bundles are built for and tested on.
   */
  readonly runtime?: string | null;
  /**
   * How often the sweep runs. AWS does not promise to deliver every event, so this is the longest time that a missed
   * change stays unseen.
   *
   * `rate(1 minute)` to `rate(6 hours)`. Null: no schedule, and no alarm when no sweep runs; then something else must
   * invoke the sweep. Default rate(1 minute), which costs about 1 $ a month.
   */
  readonly schedule_expression?: string | null;
  /**
   * ARNs of IAM roles and users that may remove and change mirror sessions without being reported as tampering, such as
   * another tool that keeps sessions of its own: for a call on a session that is gone, nobody can say whose it was.
   *
   * At most 10; a role with its path, as CloudTrail writes it. A role counts by its name, which its account has once.
   * Default none: the functions of this and of other controllers in the account, each of which can touch its own
   * sessions alone.
   */
  readonly session_principals?: Value<readonly string[]> | null;
  /**
   * How many mirror sessions this controller may hold, together with those of strangers in the account and region: for
   * the alarm at 80 %, and for deciding by the order of rules when not all fit. Other controllers of this product have a
   * quota of their own; their sessions count only towards the account's 10000.
   *
   * A whole number from 1. Default 10000, AWS's quota of an account; where several controllers share it, give each its
   * part, 10000 in all.
   */
  readonly session_quota?: number | null;
  /**
   * Price of a mirror session in US dollars an hour, for the costs that an apply tells (output `apply_summary`,
   * `usd_per_month`). Nothing else goes by it.
   *
   * A number from 0. Default 0.015: us-east-1 ("Amazon VPC pricing", Traffic Mirroring, as noted on 2026-11-28; not
   * compared with today's page (?), and other regions have prices of their own).
   */
  readonly session_usd_per_hour?: number | null;
  /**
   * Which interfaces are mirrored, and how: the rules of the policy. The first rule that matches decides, `tags` before
   * `subnets` before `vpcs`, in the order of each list.
   *
   * - `tags`: rules by tags of the instance, exact and case-sensitive.
   *   - `tags`: at least one; a null value means that the key is present.
   *   - `match`: whether `all` of them must match (default) or `any`.
   * - `subnets`: rules by subnet.
   *   - `subnet_id`: the subnet.
   * - `vpcs`: rules by VPC.
   *   - `vpc_id`: one of `vpcs`.
   *
   * Every rule takes besides:
   *
   * - `name`: the value of the tag `traffic-mirror:rule` of its sessions, 1 to 64 characters. Default `tags[0]`,
   *   `subnets[1]` …, by position: give names, or sessions are tagged again when a rule is put in front.
   * - `filter_id`: a mirror filter instead of the VPC's. Default null.
   * - `target_id`: a mirror target instead of the one in the instance's zone. Default null.
   * - `packet_length`: bytes of each packet that are mirrored, 55 to 8500. Under 55 bytes the headers of IPv6 packets
   *   would be cut. Default null: whole packets.
   * - `virtual_network_id`: VXLAN network identifier instead of the VPC's, 1 to 16777215. Default null.
   * - `session_number`: the number that is tried first, 1 to 32766; the lowest session of an interface wins a packet. A
   *   number in use is stepped around. Default null: 1.
   * - `outrank`: whether a session of ours moves below one of somebody else's that it stands above, once, to the lowest
   *   number that is free: that one gets nothing more of what both want. Never below another controller of this product,
   *   and not together with `session_number`. Default false: the source counts as `outranked` where the filters overlap.
   * - `interfaces`: `all` interfaces of an instance (default) or the `primary` one.
   * - `on`: `always` (default), or `guardduty`: only while a GuardDuty finding about the instance asks for it (see
   *   `guardduty_severity`, `demands`). Rules with `always` go first.
   *
   * Default null: every interface of the VPCs given that AWS accepts. Without a single rule (`{}`) only what is
   * asked for is mirrored (docs/demands.md).
   */
  readonly sources?: Value<{
    readonly tags?: Value<
      readonly Value<{
        readonly tags: Value<Readonly<Record<string, string | null>>>;
        readonly match?: string | null;
        readonly name?: string | null;
        readonly filter_id?: string | null;
        readonly target_id?: string | null;
        readonly packet_length?: number | null;
        readonly virtual_network_id?: number | null;
        readonly session_number?: number | null;
        readonly outrank?: Value<boolean> | null;
        readonly interfaces?: string | null;
        readonly on?: string | null;
      }>[]
    > | null;
    readonly subnets?: Value<
      readonly Value<{
        readonly subnet_id: string;
        readonly name?: string | null;
        readonly filter_id?: string | null;
        readonly target_id?: string | null;
        readonly packet_length?: number | null;
        readonly virtual_network_id?: number | null;
        readonly session_number?: number | null;
        readonly outrank?: Value<boolean> | null;
        readonly interfaces?: string | null;
        readonly on?: string | null;
      }>[]
    > | null;
    readonly vpcs?: Value<
      readonly Value<{
        readonly vpc_id: string;
        readonly name?: string | null;
        readonly filter_id?: string | null;
        readonly target_id?: string | null;
        readonly packet_length?: number | null;
        readonly virtual_network_id?: number | null;
        readonly session_number?: number | null;
        readonly outrank?: Value<boolean> | null;
        readonly interfaces?: string | null;
        readonly on?: string | null;
      }>[]
    > | null;
  }> | null;
  /**
   * What becomes of the sessions of a stopped instance.
   *
   * `remove` or `keep`. Default remove: a session is billed while its instance is stopped, and is made again about a
   * second after the start.
   */
  readonly stopped_instances?: string | null;
  /**
   * Tags of everything that is made, the mirror sessions included.
   *
   * At most 45, and 2,500 bytes as JSON, or 1,200 characters with `endpoint_management` "automatic": the functions carry
   * them in their environment, of which Lambda holds 4 KB.
   * Default none.
   */
  readonly tags?: Value<Readonly<Record<string, string | null>>> | null;
  /**
   * Mode of X-Ray.
   *
   * `PassThrough` or `Active`. Default PassThrough: each run is a batch or a sweep of its own with no caller to be
   * traced from, its log and metrics say where time went, and traces are billed.
   */
  readonly tracing_mode?: string | null;
  /**
   * Which events start `reconcile`, each by an event rule on the default bus.
   *
   * - `ec2_state_change`: an instance changes its state.
   * - `autoscaling`: Auto Scaling has launched or terminated an instance. A second chance for the state change, by
   *   another way.
   * - `ecs_tasks`: a task in network mode awsvpc gets or gives back its interface.
   * - `api_calls`: calls of EC2 that attach or create an interface, tag an instance or change its attributes; and calls
   *   that tag mirror sessions, targets, filters or endpoints, upon which a sweep looks what became of them. They are
   *   on the bus only where a CloudTrail trail logs management events (write-only will do) of this region.
   * - `detachments`: an interface is detached from its instance. CloudTrail does not say which, so a sweep is asked for,
   *   at most every 30 seconds by each process of the function. An event rule only where `schedule_expression` does not
   *   sweep every minute anyway. Needs a trail as `api_calls` does.
   * - `tag_changes`: the tags of an instance change. Needs no trail.
   * - `lifecycle_hooks`: Auto Scaling holds an instance of a group in `lifecycle_hooks`. An event rule only where there
   *   is one.
   * - `guardduty`: GuardDuty finds something about an instance, at `guardduty_severity` or above. An event rule only
   *   where a rule of `sources` has `on = "guardduty"`.
   * - `tampering`: a mirror session is removed or changed by somebody other than this controller or `session_principals`.
   *   Reported, and healed by a sweep at once. So is a call that changes a mirror filter, if the filter then differs from
   *   what Terraform declared for longer than an apply takes; an apply heals that. Needs a trail as `api_calls` does.
   *
   * Default all of them: an event rule that nothing matches is free, and one that matches costs a message, its share of
   * a run and of one describe (about 2 $ per million). Leave out what your `sources` cannot be changed by, such as
   * `tag_changes` when no rule goes by tags. Without any, the sweep alone keeps the sessions. Requests on the
   * controller's own bus are taken in any case: IAM decides who may make them.
   */
  readonly triggers?: Value<readonly string[]> | null;
  /**
   * When the alarm for uncovered sources fires: when more than `sources` selected interfaces were without a session all
   * through `minutes`.
   *
   * - `sources`: a whole number from 0. Default 100. Set it a little above what stays on a quiet day (`uncovered` in the
   *   sweep's summary): interfaces that AWS cannot mirror count as well.
   * - `minutes`: 5 to 1440. Default 30.
   */
  readonly uncovered_alarm?: Value<{
    readonly sources?: number | null;
    readonly minutes?: number | null;
  }> | null;
  /**
   * Where the functions are placed in a VPC, for organizations that ask for it. The APIs of EC2, Elastic Load Balancing,
   * Systems Manager, EventBridge, SQS, DynamoDB (a gateway endpoint, which is free) and, with `lifecycle_hooks`, Auto
   * Scaling must be reachable from there.
   *
   * - `subnet_ids`: 1 to 16, of one VPC. Give subnets of their own, a /28 each.
   * - `security_group_ids`: 1 to 5.
   *
   * Default null: in no VPC, which the functions do not need.
   */
  readonly vpc_config?: Value<{
    readonly subnet_ids: Value<readonly string[]>;
    readonly security_group_ids: Value<readonly string[]>;
  }> | null;
  /**
   * VPCs to mirror, by a key of your own choice, which stays when ids change.
   *
   * - `vpc_id`: the VPC.
   * - `subnets`: subnets' ids by a key of your own choice, one per zone. Each gets an endpoint and a target. Zones
   *   without one are served from another zone, at the price of traffic between zones. Leave it out with
   *   `endpoint_management` "automatic": the function chooses.
   * - `vni`: the number by which captured traffic shows which VPC it is from, 1 to 16777215. Default null: AWS picks one
   *   at random for each session.
   *
   * An empty map makes nothing.
   */
  readonly vpcs: Value<
    Readonly<
      Record<
        string,
        Value<{
          readonly vpc_id: string;
          readonly subnets?: Value<Readonly<Record<string, string | null>>> | null;
          readonly vni?: number | null;
        }> | null
      >
    >
  >;
}

/** modules/mirror-client */
export class MirrorClient extends Module<
  MirrorClientInputs,
  | "apply_summary"
  | "demands_table_name"
  | "endpoints_apply_summary"
  | "event_bus_arn"
  | "function_names"
  | "policy_parameter_name"
  | "queue_arns"
  | "request_policy_json"
  | "vpcs"
> {
  constructor(scope: Construct, id: string, release: Release, inputs: MirrorClientInputs) {
    super("mirror-client", scope, id, release, inputs);
  }
}

export interface MirrorEndpointInputs {
  /**
   * ARNs that an alarm of the function notifies when it fires, usually SNS topics.
   *
   * Default none: the alarms exist all the same and show in the console.
   */
  readonly alarm_actions?: Value<readonly string[]> | null;
  /**
   * Processor of the function.
   *
   * `arm64` or `x86_64`. Default arm64, which is a fifth cheaper for the same work.
   */
  readonly architecture?: string | null;
  /**
   * How the function chooses, with `endpoint_management` "automatic".
   *
   * - `zones`: which zones get an endpoint, of those that the fleet serves. An endpoint costs about 7 $ a month.
   *   - `subnets` (default): every zone in which the VPC has a subnet, since an instance could be started there and a
   *     new endpoint takes minutes.
   *   - `instances`: only zones with an instance that is not terminated. The first instance of a zone is mirrored
   *     through another zone's endpoint for those minutes, or not at all where there is none.
   * - `idle_minutes`: with `instances`, how long a zone may be without one before its endpoint goes, 0 to 10080. Default
   *   60, so that a group that is scaled to nothing for a moment changes nothing.
   * - `subnet_tags`: tags of the subnets in which endpoints are preferred; a null value means that the key is present.
   *   Of several such subnets the one with the most free addresses is taken, and a zone without one takes any. An
   *   endpoint that is there stays where it is. At most 10. Default none.
   * - `evacuation_tag`: `key` and `value` (null: any) of the tag that marks a subnet to be removed: its endpoint is
   *   moved to another subnet of the zone, or given up. Default traffic-mirror:evacuate = true.
   * - `schedule_expression`: how often the function looks at everything, rate(1 minute) to rate(1 hour). Default rate(1
   *   minute): so long does it take to see that a new endpoint is available.
   */
  readonly automatic?: Value<{
    readonly zones?: string | null;
    readonly idle_minutes?: number | null;
    readonly subnet_tags?: Value<Readonly<Record<string, string | null>>> | null;
    readonly evacuation_tag?: Value<{ readonly key: string; readonly value?: string | null }> | null;
    readonly schedule_expression?: string | null;
  }> | null;
  /**
   * Zones that the capture fleet serves: output of the same name of capture-fleet. With it, a subnet in another zone is
   * refused at plan, and the function serves these zones alone.
   *
   * By any key `name` and `id`. Only the id counts, because a name may mean another zone in another account. Default
   * null: EC2 is asked, which refuses such a subnet at apply.
   */
  readonly availability_zones?: Value<
    Readonly<Record<string, Value<{ readonly name?: string | null; readonly id: string }> | null>>
  > | null;
  /**
   * Who makes the endpoints and targets. The README says how to change over without a gap.
   *
   * - `terraform`: this module, for the subnets of `vpcs`, with all of them in the state.
   * - `automatic`: a function, which follows the network: subnets and zones that come and go, and endpoints that fail or
   *   are deleted, need no apply.
   *
   * Default terraform.
   */
  readonly endpoint_management?: string | null;
  /**
   * Name of the capture fleet's endpoint service: output of the same name of capture-fleet.
   *
   * It must be of this region and must allow this account.
   */
  readonly endpoint_service_name: string;
  /**
   * What of a source's traffic is mirrored, the same for every VPC.
   *
   * - `ingress`, `egress`: the filter rules of a direction as seen from the source, at most 10 in all. A direction
   *   without one is not mirrored.
   *   - `rule_number`: 1 to 32766, once per direction; the lowest that fits decides.
   *   - `rule_action`: `accept` (default) or `reject`.
   *   - `protocol`: IANA number, 1 to 255. Default null: every protocol.
   *   - `source_cidr_block`, `destination_cidr_block`: both IPv4 or both IPv6.
   *   - `source_port_range`, `destination_port_range`: `from_port` and `to_port`, for TCP (6) and UDP (17) only. Default
   *     null: every port.
   *   - `description`: free text. Default null.
   * - `network_services`: `amazon-dns` (default) or none.
   *
   * Default null: everything in both directions, IPv4 and IPv6, and the traffic of Amazon's DNS.
   */
  readonly filter?: Value<{
    readonly ingress?: Value<
      readonly Value<{
        readonly rule_number: number;
        readonly rule_action?: string | null;
        readonly protocol?: number | null;
        readonly source_cidr_block: string;
        readonly destination_cidr_block: string;
        readonly source_port_range?: Value<{ readonly from_port: number; readonly to_port: number }> | null;
        readonly destination_port_range?: Value<{
          readonly from_port: number;
          readonly to_port: number;
        }> | null;
        readonly description?: string | null;
      }>[]
    > | null;
    readonly egress?: Value<
      readonly Value<{
        readonly rule_number: number;
        readonly rule_action?: string | null;
        readonly protocol?: number | null;
        readonly source_cidr_block: string;
        readonly destination_cidr_block: string;
        readonly source_port_range?: Value<{ readonly from_port: number; readonly to_port: number }> | null;
        readonly destination_port_range?: Value<{
          readonly from_port: number;
          readonly to_port: number;
        }> | null;
        readonly description?: string | null;
      }>[]
    > | null;
    readonly network_services?: Value<readonly string[]> | null;
  }> | null;
  /**
   * IAM path of the function's role, for organizations whose rules go by it. Changing it replaces the role, the function stays.
   *
   * `/`, or names between slashes, such as `/network/mirroring/`; at most 512 characters. Default `/`.
   */
  readonly iam_path?: string | null;
  /**
   * ARN of the KMS key for the function's queues, log and environment. The key's policy must let `events.amazonaws.com`
   * (GenerateDataKey, Decrypt), `logs.<region>.amazonaws.com` and this account's IAM policies use it.
   *
   * Default null: keys that AWS owns, which need nothing.
   */
  readonly kms_key_arn?: string | null;
  /**
   * Where the function's zip is taken from instead of this repository, for organizations whose code must come from a
   * bucket of theirs.
   *
   * - `s3_bucket`: the bucket.
   * - `s3_key_prefix`: what stands before `endpoints.zip` in the key. Put the version into it: a changed key is what
   *   makes Lambda fetch. Default empty.
   *
   * Default null: the zip in this repository.
   */
  readonly lambda_package?: Value<{
    readonly s3_bucket: string;
    readonly s3_key_prefix?: string | null;
  }> | null;
  /**
   * How much the function logs.
   *
   * `DEBUG`, `INFO`, `WARN` or `ERROR`. Default INFO: one line per action, and a summary per run.
   */
  readonly log_level?: string | null;
  /**
   * Days that the function's log is kept.
   *
   * A value that CloudWatch Logs knows (1, 3, 5, 7, 14, 30, 60, 90 … 3653), or 0 for ever. Default 30.
   */
  readonly log_retention_days?: number | null;
  /**
   * Name at the beginning of the Name tags of all that this module makes.
   *
   * Lower-case letters, digits and single hyphens, first a letter, at most 38 characters: the controller beside it
   * usually has the same name, and makes names of functions and roles from it.
   */
  readonly name: string;
  /** ARN of the IAM policy that bounds the function's role. Default null: none. */
  readonly permissions_boundary?: string | null;
  /**
   * Address of the page that holds the sections of docs/operations.md: the description of each alarm then ends with the
   * link to its section, `<runbook_url>#<section>`.
   *
   * It begins with https:// and has no fragment, at most 500 characters. Default null: the description names the section
   * of docs/operations.md, since only the caller knows where people read the version that is applied.
   */
  readonly runbook_url?: string | null;
  /**
   * Lambda runtime of the function.
   *
   * `nodejs22.x` or a later one. Default nodejs22.x, which the bundles are built for and tested on.
   */
  readonly runtime?: string | null;
  /**
   * Tags of everything that this module makes, at most 45; with `endpoint_management` "automatic" at most 1,200 characters
   * as JSON. Default none.
   */
  readonly tags?: Value<Readonly<Record<string, string | null>>> | null;
  /**
   * Mode of X-Ray.
   *
   * `PassThrough` or `Active`. Default PassThrough: each run is one of its own with no caller to be traced from, its log
   * and metrics say where time went, and traces are billed.
   */
  readonly tracing_mode?: string | null;
  /**
   * Where the function is placed in a VPC, for organizations that ask for it. The API of EC2 must be reachable from there.
   *
   * - `subnet_ids`: 1 to 16, of one VPC. Give subnets of their own, a /28 each.
   * - `security_group_ids`: 1 to 5.
   *
   * Default null: in no VPC, which the function does not need.
   */
  readonly vpc_config?: Value<{
    readonly subnet_ids: Value<readonly string[]>;
    readonly security_group_ids: Value<readonly string[]>;
  }> | null;
  /**
   * VPCs to mirror, by a key of your own choice, which stays when ids change.
   *
   * - `vpc_id`: the VPC.
   * - `subnets`: subnets' ids by a key of your own choice, one per zone. Each gets an endpoint and a target. Zones
   *   without one are served from another zone, at the price of traffic between zones. Leave it out with
   *   `endpoint_management` "automatic": the function chooses.
   * - `vni`: the number by which captured traffic shows which VPC it is from, 1 to 16777215. Default null: AWS picks one
   *   at random for each session.
   *
   * An empty map makes nothing.
   */
  readonly vpcs: Value<
    Readonly<
      Record<
        string,
        Value<{
          readonly vpc_id: string;
          readonly subnets?: Value<Readonly<Record<string, string | null>>> | null;
          readonly vni?: number | null;
        }> | null
      >
    >
  >;
}

/** modules/mirror-endpoint */
export class MirrorEndpoint extends Module<
  MirrorEndpointInputs,
  "apply_summary" | "function_names" | "queue_arns" | "vpcs"
> {
  constructor(scope: Construct, id: string, release: Release, inputs: MirrorEndpointInputs) {
    super("mirror-endpoint", scope, id, release, inputs);
  }
}

export interface MirrorControllerInputs {
  /**
   * Whether a source counts as mirrored although a session of somebody else's, with a lower number and a filter that
   * overlaps ours, takes packets before it. Each packet is mirrored once.
   *
   * Default false: such a source counts as `outranked`, by whom is named, and an alarm fires.
   */
  readonly accept_sharing?: Value<boolean> | null;
  /**
   * ARNs that an alarm notifies when it fires, usually SNS topics.
   *
   * Default none: the alarms exist all the same and show in the console.
   */
  readonly alarm_actions?: Value<readonly string[]> | null;
  /**
   * Whether an instance in a zone without a target is mirrored to a target in another zone of its VPC. It costs the
   * transfer between zones (0.01 $ per GB on each side in most regions), and that zone's capture then depends on two
   * zones.
   *
   * Default true: completeness first.
   */
  readonly allow_cross_zone?: Value<boolean> | null;
  /**
   * Processor of the functions.
   *
   * `arm64` or `x86_64`. Default arm64, which is a fifth cheaper for the same work.
   */
  readonly architecture?: string | null;
  /**
   * Limits of demands: mirrors with an end that somebody asks for (`Mirror Requested` on the controller's bus) or that a
   * GuardDuty finding opens. A request over a limit is refused, and its requester reads why: docs/demands.md.
   *
   * - `default_minutes`: how long a demand lasts when the request does not say, 1 to `maximum_minutes`. Default 1440, a
   *   day.
   * - `maximum_minutes`: how long one requester can keep a demand open, however often it asks, 1 to 525600. Default
   *   10080, a week.
   * - `limit`: how many may be open together, GuardDuty's not counted, 1 to 5000. Default 500.
   * - `requester_limit`: how many one requester may have open, 1 to 5000. Default 20, more than an instance has
   *   interfaces.
   * - `requests_per_minute`: how many requests and withdrawals one requester may send in a minute, 1 to 6000. Default
   *   30.
   *
   * The last two do not apply to the trusted requester, whose source is `traffic-mirror` alone.
   */
  readonly demands?: Value<{
    readonly default_minutes?: number | null;
    readonly maximum_minutes?: number | null;
    readonly limit?: number | null;
    readonly requester_limit?: number | null;
    readonly requests_per_minute?: number | null;
  }> | null;
  /**
   * What is never mirrored, whatever `sources` says; a session of this controller on it is removed.
   *
   * - `tags`: as in `sources.tags`, `tags` and `match`.
   * - `subnet_ids`, `instance_ids`, `network_interface_ids`: ids.
   * - `autoscaling_group_names`: groups whose instances are left alone, above all those of the capture fleet and of
   *   whatever else receives the copy: mirrored into itself, traffic would go round for ever.
   *
   * Default nothing.
   */
  readonly exclude?: Value<{
    readonly tags?: Value<
      readonly Value<{
        readonly tags: Value<Readonly<Record<string, string | null>>>;
        readonly match?: string | null;
      }>[]
    > | null;
    readonly subnet_ids?: Value<readonly string[]> | null;
    readonly instance_ids?: Value<readonly string[]> | null;
    readonly network_interface_ids?: Value<readonly string[]> | null;
    readonly autoscaling_group_names?: Value<readonly string[]> | null;
  }> | null;
  /**
   * Whether interfaces of Fargate tasks are tried. AWS has the last word, and a refusal is reported with its reason.
   *
   * Default false, because it is unproven: AWS documents that requester-managed interfaces cannot be sources except
   * those of RDS and ElastiCache, though sessions on Fargate's have been seen.
   */
  readonly fargate?: Value<boolean> | null;
  /**
   * Lowest severity of a GuardDuty finding that asks for a mirror.
   *
   * 1 to 10 (GuardDuty: low from 1, medium from 4, high from 7, critical from 9). Default 4: low findings are mostly
   * attempts that failed.
   */
  readonly guardduty_severity?: number | null;
  /**
   * What keeps a mistake small.
   *
   * - `removal_percent`, `removal_minimum`: how many of our sessions are removed within 24 hours at most for a change of
   *   rules, tags or targets: this share of the most sessions of those hours (0 to 100, default 20), or, where that is
   *   more, this number (from 0, default 10) but never more than half of them. A run that would go beyond removes none of
   *   these, and an alarm fires. 100 percent switches it off. What is stopped, detached or terminated does not count.
   * - `acknowledged_until`: a time (RFC 3339, such as 2030-01-31T12:00:00Z) until which such a removal is wanted;
   *   the 24 hours begin anew with it. Default null: it is not.
   * - `rollout_percent`: the share of the selected interfaces that is mirrored, by a stable hash, for a first rollout. 1
   *   to 100, default 100.
   * - `max_sessions`: the most sessions that this controller makes, from 1. Default null: no ceiling but the quota.
   * - `first_apply_sessions`: the most sessions that a controller without any makes at first. Where it would be more, none
   *   is made, the apply fails with their number and what they cost, and an alarm fires; this number or a higher one
   *   here lets them through. Judged once, by the first sweep that finds sources, and not for launches afterwards: 0,
   *   applied where nothing is selected yet, does not keep two instances that are launched later from being mirrored.
   *   From 0, default 1000; null lets any number through.
   */
  readonly guardrails?: Value<{
    readonly removal_percent?: number | null;
    readonly removal_minimum?: number | null;
    readonly acknowledged_until?: string | null;
    readonly rollout_percent?: number | null;
    readonly max_sessions?: number | null;
    readonly first_apply_sessions?: number | null;
  }> | null;
  /**
   * ARN of the hub's event bus (output `event_bus_arn` of `capture-fleet`), to which the functions' reports then go:
   * sessions that come, change and go, sources that are refused, tampering, and a summary of each sweep.
   *
   * The hub must allow this account, and whether the input is null must be known at plan. Default null: reports stay on
   * the controller's own bus.
   */
  readonly hub_event_bus_arn?: string | null;
  /**
   * IAM path of the roles and policies, for organizations whose rules go by it. Changing it replaces them, the functions stay.
   *
   * `/`, or names between slashes, such as `/network/mirroring/`; at most 512 characters. Default `/`.
   */
  readonly iam_path?: string | null;
  /**
   * What is known of instance types beyond the guide's list, such as `{ "t2.*" = false }`.
   *
   * By type, with * and ? as wildcards. false: never tried, and no alarm; true: tried as early as those on the list.
   * Default none: every type is tried, those that the list does not name last, and what EC2 refuses is learnt.
   */
  readonly instance_types?: Value<Readonly<Record<string, Value<boolean> | null>>> | null;
  /**
   * ARN of the KMS key for the queues, the logs and the functions' environment. The key's policy must let
   * `events.amazonaws.com` (GenerateDataKey, Decrypt), `logs.<region>.amazonaws.com` and this account's IAM policies use
   * it.
   *
   * Default null: keys that AWS owns, which need nothing.
   */
  readonly kms_key_arn?: string | null;
  /**
   * Where the functions' zips are taken from instead of this repository, for organizations whose code must come from a
   * bucket of theirs.
   *
   * - `s3_bucket`: the bucket.
   * - `s3_key_prefix`: what stands before `reconcile.zip`, `requests.zip` and `sweep.zip` in the key (in mirror-client and
   *   the root, with `endpoint_management` "automatic", `endpoints.zip` as well; in the root, with `datapath` "bpf",
   *   `endpoint-map.zip`, and with `capture_arrivals` `arrivals.zip`). Put the version into it: a changed key is what makes
   *   Lambda fetch. Default empty.
   *
   * Default null: the zips in this repository.
   */
  readonly lambda_package?: Value<{
    readonly s3_bucket: string;
    readonly s3_key_prefix?: string | null;
  }> | null;
  /**
   * VPCs that are not mirrored on purpose. Instances in VPCs of the region that are neither here nor in `vpcs` are counted
   * (`InstancesOutsideVpcs`), named in the answer of `sweep`, and fire the alarm `<name>-outside-vpcs`.
   *
   * Ids of VPCs, 2,500 bytes as JSON at most (about 100): the function `sweep` carries them in its environment, of which Lambda
   * holds 4 KB, with tags. `["*"]`: every other VPC, none is looked at. Default `[]`.
   */
  readonly left_out_vpc_ids?: Value<readonly string[]> | null;
  /**
   * Autoscaling groups whose new instances are held until their interfaces are mirrored, by a key of the caller's. It
   * delays service, not the first packets: the operating system boots meanwhile.
   *
   * - `autoscaling_group_name`: the group.
   * - `create`: whether the module makes the hook. Its time-out always lets the instance go into service, so that a
   *   controller that does not answer stops no launches. With false the hook is there already, for the transition
   *   autoscaling:EC2_INSTANCE_LAUNCHING and without a notification target. Default true.
   * - `hook_name`: its name. Default `<name>-mirror`.
   * - `heartbeat_timeout`: seconds that an instance is held at most by a hook that the module makes, 30 to 7200. Default
   *   300.
   * - `when_not_mirrored`: what becomes of an instance that should be mirrored and cannot be: `continue` (default) puts
   *   it into service, `abandon` terminates it, and Auto Scaling launches another one. For what lies outside the instance
   *   (receiver, filter, quota, permission, ownership, other people's sessions) it always goes into service.
   * - `abandons_per_hour`: with `abandon`, the circuit breaker against launching and terminating for ever: once so many
   *   launches of the group were cancelled or failed within an hour, the next instance goes into service all the same,
   *   and an alarm fires. 1 to 1000, default 3.
   *
   * At most 20. Default none.
   */
  readonly lifecycle_hooks?: Value<
    Readonly<
      Record<
        string,
        Value<{
          readonly autoscaling_group_name: string;
          readonly create?: Value<boolean> | null;
          readonly hook_name?: string | null;
          readonly heartbeat_timeout?: number | null;
          readonly when_not_mirrored?: string | null;
          readonly abandons_per_hour?: number | null;
        }> | null
      >
    >
  > | null;
  /**
   * How much the functions log.
   *
   * `DEBUG`, `INFO`, `WARN` or `ERROR`. Default INFO: one line per decision that changed something, and a summary per
   * run.
   */
  readonly log_level?: string | null;
  /**
   * Days that the functions' logs are kept.
   *
   * A value that CloudWatch Logs knows (1, 3, 5, 7, 14, 30, 60, 90 … 3653), or 0 for ever. Default 30.
   */
  readonly log_retention_days?: number | null;
  /**
   * Memory of the functions in MB; CPU grows with it.
   *
   * - `reconcile`, `requests`: 128 to 10240. Default 512, for a cold start within a second or so.
   * - `sweep`: 128 to 10240. Default 1024, for a region of 10,000 interfaces, with room.
   */
  readonly memory_size?: Value<{
    readonly reconcile?: number | null;
    readonly requests?: number | null;
    readonly sweep?: number | null;
  }> | null;
  /**
   * Whether two alarms fire when instances of this account and region had no bandwidth left for mirroring, so that
   * packets of sources were not copied.
   *
   * Default false, because of the price: such an alarm is a query over the metrics of all instances, and CloudWatch
   * charges 0.10 $ a month for each metric that it analyses, with at most 10,000. docs/operations.md has the query for
   * looking without an alarm.
   */
  readonly mirroring_skipped_alarm?: Value<boolean> | null;
  /**
   * What the functions do with what they find.
   *
   * - `enforce`: sessions are made, changed and removed.
   * - `observe`: everything is planned, logged and counted, and nothing changes.
   * - `drain`: all sessions of this controller are removed and none is made.
   *
   * Default enforce.
   */
  readonly mode?: string | null;
  /**
   * Name of the controller: every name is derived from it, and its sessions carry it as the tag
   * `traffic-mirror:controller`. Changing it replaces everything, and removes and makes anew every session.
   *
   * Lower-case letters, digits and single hyphens, first a letter, at most 38 characters: the role
   * `<name>-reconcile-<region>` must fit into IAM's 64.
   */
  readonly name: string;
  /**
   * How fast sessions are made, changed and removed. EC2 grants an account 50 mutations at once and 5 a second from then
   * on, per region and action (EC2 Developer Guide, "Request throttling for the Amazon EC2 API"), shared with every
   * other tool there.
   *
   * - `events_per_second`, `events_burst`: rate and burst of `reconcile`, shared by its concurrent runs. More than 0 to
   *   1000, default 0.25; at most 10000, default 44.
   * - `requests_per_second`, `requests_burst`: rate and burst of the function `requests`, likewise. More than 0 to 1000,
   *   default 0.1; at most 10000, default 3. Requests for mirrors never use more; those over it wait for the next sweep.
   * - `sweep_per_second`, `sweep_burst`: rate and burst of `sweep`, which runs one at a time. More than 0 to 1000,
   *   default 4.4; 1 to 10000, default 3. A sweep that an event asks for takes a twentieth of it besides.
   * - `events_maximum_concurrency`, `requests_maximum_concurrency`: most concurrent runs of `reconcile` and of
   *   `requests`, 2 to 1000. Default 2, the least that Lambda allows for a queue.
   *
   * The defaults are 0.25 + 0.1 + 4.4 + 0.22 = 4.97 a second and 44 + 3 + 3 = 50 at once: nearly all that EC2 grants and
   * no more. While events wait in their queue, the sweep stands back and `reconcile` takes both rates: of 100 instances
   * launched at once the last is mirrored after some 14 seconds, of 700 after some 150, also during a backfill of
   * thousands. Raise them when AWS has raised the account's limits.
   *
   * Each run knows its own share alone, and sends a burst at ten calls a second. When EC2 throttles it, since another
   * tool uses the same limit, it pauses and goes on at a little less than half its share.
   */
  readonly pace?: Value<{
    readonly events_per_second?: number | null;
    readonly events_burst?: number | null;
    readonly requests_per_second?: number | null;
    readonly requests_burst?: number | null;
    readonly sweep_per_second?: number | null;
    readonly sweep_burst?: number | null;
    readonly events_maximum_concurrency?: number | null;
    readonly requests_maximum_concurrency?: number | null;
  }> | null;
  /** ARN of the IAM policy that bounds the functions' roles. Default null: none. */
  readonly permissions_boundary?: string | null;
  /**
   * How many parameters the policy document is spread over when it does not fit into one (4,096 bytes). Needed only
   * where the length of a list is unknown at plan, or where long names or non-Latin tags make the estimate too small;
   * the plan or apply says so then.
   *
   * 1 to 64. Default null: estimated from the number of VPCs, targets, rules and excludes at their largest size.
   */
  readonly policy_parts?: number | null;
  /**
   * Whether interfaces that AWS made for its services in the VPCs are mirrored, where a rule selects their subnet or VPC
   * (they have no instance, so no instance tags).
   *
   * - `rds`, `elasticache`: whose. Default false for both: their traffic repeats what the clients' interfaces show.
   */
  readonly requester_managed?: Value<{
    readonly rds?: Value<boolean> | null;
    readonly elasticache?: Value<boolean> | null;
  }> | null;
  /**
   * Concurrent executions reserved for the functions.
   *
   * - `reconcile`: -1 (none), or at least `pace.events_maximum_concurrency`.
   * - `requests`: -1 (none), or at least `pace.requests_maximum_concurrency`.
   * - `sweep`: -1 (none), or at least 2, since an apply or a person may start one while the schedule's runs.
   *
   * Default -1 for each: a new account has ten in all, and reserving any of them fails there.
   */
  readonly reserved_concurrency?: Value<{
    readonly reconcile?: number | null;
    readonly requests?: number | null;
    readonly sweep?: number | null;
  }> | null;
  /**
   * Address of the page that holds the sections of docs/operations.md: the description of each alarm then ends with the
   * link to its section, `<runbook_url>#<section>`.
   *
   * It begins with https:// and has no fragment, at most 500 characters. Default null: the description names the section
   * of docs/operations.md, since only the caller knows where people read the version that is applied.
   */
  readonly runbook_url?: string | null;
  /**
   * Lambda runtime of the functions.
   *
   * `nodejs22.x` or a later one. Default nodejs22.x, which the bundles are built for and tested on.
   */
  readonly runtime?: string | null;
  /**
   * How often the sweep runs. AWS does not promise to deliver every event, so this is the longest time that a missed
   * change stays unseen.
   *
   * `rate(1 minute)` to `rate(6 hours)`. Null: no schedule, and no alarm when no sweep runs; then something else must
   * invoke the sweep. Default rate(1 minute), which costs about 1 $ a month.
   */
  readonly schedule_expression?: string | null;
  /**
   * ARNs of IAM roles and users that may remove and change mirror sessions without being reported as tampering, such as
   * another tool that keeps sessions of its own: for a call on a session that is gone, nobody can say whose it was.
   *
   * At most 10; a role with its path, as CloudTrail writes it. A role counts by its name, which its account has once.
   * Default none: the functions of this and of other controllers in the account, each of which can touch its own
   * sessions alone.
   */
  readonly session_principals?: Value<readonly string[]> | null;
  /**
   * How many mirror sessions this controller may hold, together with those of strangers in the account and region: for
   * the alarm at 80 %, and for deciding by the order of rules when not all fit. Other controllers of this product have a
   * quota of their own; their sessions count only towards the account's 10000.
   *
   * A whole number from 1. Default 10000, AWS's quota of an account; where several controllers share it, give each its
   * part, 10000 in all.
   */
  readonly session_quota?: number | null;
  /**
   * Price of a mirror session in US dollars an hour, for the costs that an apply tells (output `apply_summary`,
   * `usd_per_month`). Nothing else goes by it.
   *
   * A number from 0. Default 0.015: us-east-1 ("Amazon VPC pricing", Traffic Mirroring, as noted on 2026-11-28; not
   * compared with today's page (?), and other regions have prices of their own).
   */
  readonly session_usd_per_hour?: number | null;
  /**
   * Which interfaces are mirrored, and how: the rules of the policy. The first rule that matches decides, `tags` before
   * `subnets` before `vpcs`, in the order of each list.
   *
   * - `tags`: rules by tags of the instance, exact and case-sensitive.
   *   - `tags`: at least one; a null value means that the key is present.
   *   - `match`: whether `all` of them must match (default) or `any`.
   * - `subnets`: rules by subnet.
   *   - `subnet_id`: the subnet.
   * - `vpcs`: rules by VPC.
   *   - `vpc_id`: one of `vpcs`.
   *
   * Every rule takes besides:
   *
   * - `name`: the value of the tag `traffic-mirror:rule` of its sessions, 1 to 64 characters. Default `tags[0]`,
   *   `subnets[1]` …, by position: give names, or sessions are tagged again when a rule is put in front.
   * - `filter_id`: a mirror filter instead of the VPC's. Default null.
   * - `target_id`: a mirror target instead of the one in the instance's zone. Default null.
   * - `packet_length`: bytes of each packet that are mirrored, 55 to 8500. Under 55 bytes the headers of IPv6 packets
   *   would be cut. Default null: whole packets.
   * - `virtual_network_id`: VXLAN network identifier instead of the VPC's, 1 to 16777215. Default null.
   * - `session_number`: the number that is tried first, 1 to 32766; the lowest session of an interface wins a packet. A
   *   number in use is stepped around. Default null: 1.
   * - `outrank`: whether a session of ours moves below one of somebody else's that it stands above, once, to the lowest
   *   number that is free: that one gets nothing more of what both want. Never below another controller of this product,
   *   and not together with `session_number`. Default false: the source counts as `outranked` where the filters overlap.
   * - `interfaces`: `all` interfaces of an instance (default) or the `primary` one.
   * - `on`: `always` (default), or `guardduty`: only while a GuardDuty finding about the instance asks for it (see
   *   `guardduty_severity`, `demands`). Rules with `always` go first.
   *
   * Default null: every interface of the VPCs given that AWS accepts. Without a single rule (`{}`) only what is
   * asked for is mirrored (docs/demands.md).
   */
  readonly sources?: Value<{
    readonly tags?: Value<
      readonly Value<{
        readonly tags: Value<Readonly<Record<string, string | null>>>;
        readonly match?: string | null;
        readonly name?: string | null;
        readonly filter_id?: string | null;
        readonly target_id?: string | null;
        readonly packet_length?: number | null;
        readonly virtual_network_id?: number | null;
        readonly session_number?: number | null;
        readonly outrank?: Value<boolean> | null;
        readonly interfaces?: string | null;
        readonly on?: string | null;
      }>[]
    > | null;
    readonly subnets?: Value<
      readonly Value<{
        readonly subnet_id: string;
        readonly name?: string | null;
        readonly filter_id?: string | null;
        readonly target_id?: string | null;
        readonly packet_length?: number | null;
        readonly virtual_network_id?: number | null;
        readonly session_number?: number | null;
        readonly outrank?: Value<boolean> | null;
        readonly interfaces?: string | null;
        readonly on?: string | null;
      }>[]
    > | null;
    readonly vpcs?: Value<
      readonly Value<{
        readonly vpc_id: string;
        readonly name?: string | null;
        readonly filter_id?: string | null;
        readonly target_id?: string | null;
        readonly packet_length?: number | null;
        readonly virtual_network_id?: number | null;
        readonly session_number?: number | null;
        readonly outrank?: Value<boolean> | null;
        readonly interfaces?: string | null;
        readonly on?: string | null;
      }>[]
    > | null;
  }> | null;
  /**
   * What becomes of the sessions of a stopped instance.
   *
   * `remove` or `keep`. Default remove: a session is billed while its instance is stopped, and is made again about a
   * second after the start.
   */
  readonly stopped_instances?: string | null;
  /**
   * Tags of everything that the module makes, and of the sessions.
   *
   * At most 45, and 2,500 bytes as JSON: the functions carry them in their environment, of which Lambda holds 4 KB, with
   * the provider's default_tags, which take their share of the rest.
   * Default none.
   */
  readonly tags?: Value<Readonly<Record<string, string | null>>> | null;
  /**
   * Mode of X-Ray.
   *
   * `PassThrough` or `Active`. Default PassThrough: each run is a batch or a sweep of its own with no caller to be
   * traced from, its log and metrics say where time went, and traces are billed.
   */
  readonly tracing_mode?: string | null;
  /**
   * Which events start `reconcile`, each by an event rule on the default bus.
   *
   * - `ec2_state_change`: an instance changes its state.
   * - `autoscaling`: Auto Scaling has launched or terminated an instance. A second chance for the state change, by
   *   another way.
   * - `ecs_tasks`: a task in network mode awsvpc gets or gives back its interface.
   * - `api_calls`: calls of EC2 that attach or create an interface, tag an instance or change its attributes; and calls
   *   that tag mirror sessions, targets, filters or endpoints, upon which a sweep looks what became of them. They are
   *   on the bus only where a CloudTrail trail logs management events (write-only will do) of this region.
   * - `detachments`: an interface is detached from its instance. CloudTrail does not say which, so a sweep is asked for,
   *   at most every 30 seconds by each process of the function. An event rule only where `schedule_expression` does not
   *   sweep every minute anyway. Needs a trail as `api_calls` does.
   * - `tag_changes`: the tags of an instance change. Needs no trail.
   * - `lifecycle_hooks`: Auto Scaling holds an instance of a group in `lifecycle_hooks`. An event rule only where there
   *   is one.
   * - `guardduty`: GuardDuty finds something about an instance, at `guardduty_severity` or above. An event rule only
   *   where a rule of `sources` has `on = "guardduty"`.
   * - `tampering`: a mirror session is removed or changed by somebody other than this controller or `session_principals`.
   *   Reported, and healed by a sweep at once. So is a call that changes a mirror filter, if the filter then differs from
   *   what Terraform declared for longer than an apply takes; an apply heals that. Needs a trail as `api_calls` does.
   *
   * Default all of them: an event rule that nothing matches is free, and one that matches costs a message, its share of
   * a run and of one describe (about 2 $ per million). Leave out what your `sources` cannot be changed by, such as
   * `tag_changes` when no rule goes by tags. Without any, the sweep alone keeps the sessions. Requests on the
   * controller's own bus are taken in any case: IAM decides who may make them.
   */
  readonly triggers?: Value<readonly string[]> | null;
  /**
   * When the alarm for uncovered sources fires: when more than `sources` selected interfaces were without a session all
   * through `minutes`.
   *
   * - `sources`: a whole number from 0. Default 100. Set it a little above what stays on a quiet day (`uncovered` in the
   *   sweep's summary): interfaces that AWS cannot mirror count as well.
   * - `minutes`: 5 to 1440. Default 30.
   */
  readonly uncovered_alarm?: Value<{
    readonly sources?: number | null;
    readonly minutes?: number | null;
  }> | null;
  /**
   * Where the functions are placed in a VPC, for organizations that ask for it. The APIs of EC2, Elastic Load Balancing,
   * Systems Manager, EventBridge, SQS, DynamoDB (a gateway endpoint, which is free) and, with `lifecycle_hooks`, Auto
   * Scaling must be reachable from there.
   *
   * - `subnet_ids`: 1 to 16, of one VPC. Give subnets of their own, a /28 each.
   * - `security_group_ids`: 1 to 5.
   *
   * Default null: in no VPC, which the functions do not need.
   */
  readonly vpc_config?: Value<{
    readonly subnet_ids: Value<readonly string[]>;
    readonly security_group_ids: Value<readonly string[]>;
  }> | null;
  /**
   * The VPCs whose interfaces may be mirrored, by a key of the caller's: what `mirror-endpoint` gives as its output
   * `vpcs`. Nothing outside them is ever touched.
   *
   * - `vpc_id`: the VPC.
   * - `vni`: VXLAN network identifier of its sessions, 1 to 16777215. Default null: AWS picks one per session.
   * - `filter_id`: mirror filter of its sessions, where a rule of `sources` names no other.
   * - `filter`: what Terraform made of that filter, as the input `filter` of `mirror-endpoint` has it (`ingress`,
   *   `egress`, `network_services`). Sweeps compare: one that somebody else has changed makes its sources
   *   `filter-changed`. Default null: nothing to compare with.
   * - `endpoint_service_name`: the endpoint service behind the targets. Needed where `targets` is null: a target found
   *   by its tags counts only when its endpoint belongs to this service.
   * - `targets`: mirror targets by a key of the caller's, one for each availability zone (by name, as instances show
   *   it). Default null: found by the tags `traffic-mirror:vpc` and `traffic-mirror:zone`.
   *
   * At most 80. An empty map mirrors nothing.
   */
  readonly vpcs: Value<
    Readonly<
      Record<
        string,
        Value<{
          readonly vpc_id: string;
          readonly vni?: number | null;
          readonly filter_id: string;
          readonly endpoint_service_name?: string | null;
          readonly filter?: Value<{
            readonly ingress?: Value<
              readonly Value<{
                readonly rule_number: number;
                readonly rule_action?: string | null;
                readonly protocol?: number | null;
                readonly source_cidr_block: string;
                readonly destination_cidr_block: string;
                readonly source_port_range?: Value<{
                  readonly from_port: number;
                  readonly to_port: number;
                }> | null;
                readonly destination_port_range?: Value<{
                  readonly from_port: number;
                  readonly to_port: number;
                }> | null;
              }>[]
            > | null;
            readonly egress?: Value<
              readonly Value<{
                readonly rule_number: number;
                readonly rule_action?: string | null;
                readonly protocol?: number | null;
                readonly source_cidr_block: string;
                readonly destination_cidr_block: string;
                readonly source_port_range?: Value<{
                  readonly from_port: number;
                  readonly to_port: number;
                }> | null;
                readonly destination_port_range?: Value<{
                  readonly from_port: number;
                  readonly to_port: number;
                }> | null;
              }>[]
            > | null;
            readonly network_services?: Value<readonly string[]> | null;
          }> | null;
          readonly targets?: Value<
            Readonly<
              Record<string, Value<{ readonly target_id: string; readonly availability_zone: string }> | null>
            >
          > | null;
        }> | null
      >
    >
  >;
}

/** modules/mirror-controller */
export class MirrorController extends Module<
  MirrorControllerInputs,
  | "apply_summary"
  | "demands_table_name"
  | "event_bus_arn"
  | "function_names"
  | "policy_parameter_name"
  | "queue_arns"
  | "request_policy_json"
> {
  constructor(scope: Construct, id: string, release: Release, inputs: MirrorControllerInputs) {
    super("mirror-controller", scope, id, release, inputs);
  }
}
