"""What parliament, a linter of IAM policies, finds in policies. In: a list of {"address": …, "policy": …} on standard
input. Out: a list of texts."""
import json
import sys
import warnings

warnings.simplefilter("ignore")
from parliament import analyze_policy_string  # noqa: E402


def findings(address, policy):
    found = analyze_policy_string(json.dumps(policy)).findings
    return [f"{address}: {each.issue} {each.detail or ''}".strip() for each in found]


json.dump([text for each in json.load(sys.stdin) for text in findings(**each)], sys.stdout)
