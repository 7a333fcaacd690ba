#!/bin/sh
# Asks the controller to mirror one network interface, by default this instance's own, and waits until it says so.
# For the user data of an instance and the start of a container. Needs the AWS CLI (version 1 or 2), and curl when it
# has to find its own interface or region. What the caller needs is the module's output request_policy_json.
# Asking twice does no harm.
set -eu

usage() {
  cat >&2 <<'USAGE'
usage: request-mirror.sh -n NAME [-i ENI] [-t SECONDS] [-e MINUTES] [-r REASON] [-a] [-w]

  -n NAME     name of the mirror-controller
  -i ENI      network interface to mirror; without it this instance's primary one (asks the metadata service, by curl)
  -t SECONDS  how long to wait until it is mirrored; default 120
  -e MINUTES  how long it is to be mirrored; default and maximum are the controller's
  -r REASON   why, for those who read the demand; at most 200 characters
  -a          ask as a trusted requester, whose IAM policy permits the source traffic-mirror: for any interface
  -w          take back what this caller asked for; does not wait

exit status: 0 mirrored (with -w: taken back), 2 usage, 3 refused, 4 not mirrored in time, 5 not permitted, or the
AWS CLI or the metadata service failed
USAGE
  exit 2
}

say() { echo "request-mirror: $*" >&2; }
fail() {
  status=$1
  shift
  say "$*"
  exit "$status"
}

name='' eni='' timeout=120 minutes='' reason='' trusted='' detail_type='Mirror Requested'
while getopts n:i:t:e:r:aw option; do
  case $option in
    n) name=$OPTARG ;;
    i) eni=$OPTARG ;;
    t) timeout=$OPTARG ;;
    e) minutes=$OPTARG ;;
    r) reason=$OPTARG ;;
    a) trusted=yes ;;
    w) detail_type='Mirror Withdrawn' ;;
    *) usage ;;
  esac
done
shift $((OPTIND - 1))
[ $# -eq 0 ] || usage
case $name in '' | *[!A-Za-z0-9-]*) usage ;; esac
case $timeout in '' | *[!0-9]*) usage ;; esac
case $minutes in *[!0-9]* | 0*) usage ;; esac

command -v aws >/dev/null || fail 5 'the AWS CLI is not there'

# Instance metadata service, version 2 (EC2 User Guide, "Access instance metadata").
imds() { curl --silent --show-error --fail --max-time 5 "$@"; }
metadata() {
  [ -n "${token:-}" ] || token=$(imds -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$service/latest/api/token")
  imds -H "X-aws-ec2-metadata-token: $token" "$service/latest/meta-data/$1"
}
service=${AWS_EC2_METADATA_SERVICE_ENDPOINT:-http://169.254.169.254}
service=${service%/}
if [ -z "$eni" ]; then
  command -v curl >/dev/null || fail 5 'curl is not there, so the network interface must be given (-i)'
  eni=$(mac=$(metadata mac) && metadata "network/interfaces/macs/${mac%/}/interface-id") ||
    fail 5 'the metadata service does not say which network interface this is; give it (-i)'
fi
case $eni in eni-*[!0-9a-f]* | eni-) usage ;; eni-*) ;; *) usage ;; esac
if [ -z "${AWS_REGION:-}${AWS_DEFAULT_REGION:-}" ] && ! aws configure get region >/dev/null 2>&1; then
  AWS_DEFAULT_REGION=$(metadata placement/region) || fail 5 'no region is set (AWS_REGION)'
  export AWS_DEFAULT_REGION
fi

errors=$(mktemp) || exit 5
trap 'rm -f "$errors"' EXIT
# CLI errors begin with an empty line.
error() { tr '\n' ' ' <"$errors" | cut -c 1-400; }
cli() { aws --output text --cli-connect-timeout 5 --cli-read-timeout 15 "$@" 2>"$errors"; }

source=traffic-mirror
if [ -z "$trusted" ]; then
  # What IAM calls aws:userid, the only name under which request_policy_json lets the caller ask.
  user_id=$(cli sts get-caller-identity --query UserId) || fail 5 "$(error)"
  source=traffic-mirror/$user_id
fi

parameter=/$name/demands/$eni
# Sets version and demand; fails when there is none, or none for this caller.
read_demand() {
  answer=$(cli ssm get-parameter --name "$parameter" --query 'Parameter.[Version,Value]') || return 1
  version=${answer%%"$tab"*}
  # Without the claims, which have ends of their own and come last.
  demand=${answer#*"$tab"}
  demand=${demand%%\"claims\"*}
}
tab=$(printf '\t')
# A string of the demand; nothing when it is null.
field() {
  case $demand in
    *"\"$1\":\""*)
      rest=${demand#*"\"$1\":\""}
      echo "${rest%%\"*}"
      ;;
  esac
}

# A demand of an earlier time may still be there: only what is written after the request answers it.
before=0
! read_demand || before=$version

# Neither quote nor backslash: the words stand in JSON, in JSON.
reason=$(printf '%s' "$reason" | tr -c ' !#-[]-~' ' ' | cut -c 1-200)
detail="{\\\"network_interface_id\\\":\\\"$eni\\\""
if [ "$detail_type" = 'Mirror Requested' ]; then
  [ -z "$minutes" ] || detail="$detail,\\\"expires_in_minutes\\\":$minutes"
  [ -z "$reason" ] || detail="$detail,\\\"reason\\\":\\\"$reason\\\""
fi
entry="[{\"EventBusName\":\"$name\",\"Source\":\"$source\",\"DetailType\":\"$detail_type\",\"Detail\":\"$detail}\"}]"
# An answer without an error may still say that the entry was not taken.
refusal=$(cli events put-events --entries "$entry" --query 'Entries[0].[ErrorCode,ErrorMessage]') || fail 5 "$(error)"
case $refusal in None*) ;; *) fail 5 "$refusal" ;; esac
[ "$detail_type" = 'Mirror Requested' ] || exit 0

end=$(($(date +%s) + timeout))
pause=1
last='nobody has answered'
while :; do
  if read_demand; then
    status=$(field status) why=$(field reason)
    last="$status${why:+: $why}"
    case $status in
      # Also of an earlier request, as long as it has not ended: times of this form sort as text.
      mirrored) ! expr "x$(field expires_at)" \> "x$(date -u +%Y-%m-%dT%H:%M:%S)" >/dev/null || exit 0 ;;
      refused | ended) [ "$version" -le "$before" ] || fail 3 "$eni: $last" ;;
    esac
  else
    # Not there yet; IAM says that as AccessDenied, because what is not there has no tag with our name.
    last=$(error)
  fi
  [ "$(date +%s)" -lt "$end" ] || fail 4 "$eni is not mirrored after $timeout seconds; the last answer was: $last"
  sleep "$pause"
  # SSM's reads are shared by the whole account.
  [ "$pause" -ge 5 ] || pause=$((pause + 1))
done
