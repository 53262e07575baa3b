// Which changes of a template reach running Pods, and which not: P-002…P-012.
#include "controller/in_place/template/eligibility.h"

#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/unit/controller/in_place/template/template_rows.h"

namespace windlass::in_place::eligibility_test {
namespace {

using Json = nlohmann::json;

TEST_CASE("templates that mean the same are no rollout (P-002)") {
  Check(GENERATE(values<Row>({
      {"P-002 identical", {}, "unchanged"},
      {"P-002 the hash label", {{kLabels + "/pod-template-hash", R"("7c9")"}}, "unchanged"},
      {"P-002 quantities of one value",
       {{kApp + "/resources/limits/cpu", R"("1000m")"},
        {kApp + "/resources/limits/memory", "1073741824"}},
       "unchanged"},
      {"P-002 zero values", {{"/spec/hostNetwork", "false"}}, "unchanged"},
      {"P-002 empty lists", {{kLog + "/env", "[]"}, {kLog + "/args", "null"}}, "unchanged"},
      {"P-002 empty resources", {{kLog + "/resources", "{}"}}, "unchanged"},
  })));
}

TEST_CASE("containers are matched by name and place (P-003)") {
  Check(GENERATE(values<Row>({
      {"P-003 one more",
       {{"/spec/containers/2", R"({"name":"new","image":"x"})"}},
       "FieldChanged:/spec/containers/2"},
      {"P-003 one more in front",
       {{kApp, R"({"name":"new","image":"x"})"}},
       "FieldChanged:/spec/containers/0/name"},
      {"P-003 one less", {{kLog, ""}}, "FieldChanged:/spec/containers/1"},
      {"P-003 renamed", {{kLog + "/name", R"("logs")"}}, "FieldChanged:/spec/containers/1/name"},
      {"P-003 other order",
       {{kLog, ""}, {kApp, R"({"name":"log","image":"r/log:1"})"}},
       "FieldChanged:/spec/containers/0/name"},
      {"P-003 one more init container",
       {{"/spec/initContainers/2", R"({"name":"new","image":"x"})"}},
       "FieldChanged:/spec/initContainers/2"},
      {"P-003 the first init container",
       {{"/spec/initContainers", R"([{"name":"n"}])"}},
       "FieldChanged:/spec/initContainers",
       {{"/spec/initContainers", ""}}},
      {"P-003 no init container any more",
       {{"/spec/initContainers", ""}},
       "FieldChanged:/spec/initContainers"},
  })));
}

TEST_CASE("other fields cannot change, and the first one is named (P-004)") {
  Check(GENERATE(values<Row>({
      {"P-004 env",
       {{kApp + "/env/0/value", R"("3")"}},
       "FieldChanged:/spec/containers/0/env/0/value"},
      {"P-004 order of env",
       {{kApp + "/env", R"([{"name":"B","value":"2"},{"name":"A","value":"1"}])"}},
       "FieldChanged:/spec/containers/0/env/0/name"},
      {"P-004 one env more",
       {{kApp + "/env/2", R"({"name":"C"})"}},
       "FieldChanged:/spec/containers/0/env/2"},
      {"P-004 env together with its image",
       {{kApp + "/image", R"("r/app:2")"}, {kApp + "/env/1/value", R"("3")"}},
       "FieldChanged:/spec/containers/0/env/1/value"},
      {"P-004 command",
       {{kLog + "/command", R"(["sh"])"}},
       "FieldChanged:/spec/containers/1/command"},
      {"P-004 port",
       {{kApp + "/ports/0/containerPort", "81"}},
       "FieldChanged:/spec/containers/0/ports/0/containerPort"},
      {"P-004 probe",
       {{kApp + "/readinessProbe/httpGet/path", R"("/ready")"}},
       "FieldChanged:/spec/containers/0/readinessProbe/httpGet/path"},
      {"P-004 no probe",
       {{kApp + "/readinessProbe", ""}},
       "FieldChanged:/spec/containers/0/readinessProbe"},
      {"P-009 resources",
       {{kApp + "/resources/limits/cpu", R"("2")"}},
       "FieldChanged:/spec/containers/0/resources/limits/cpu"},
      {"P-004 order of volumes",
       {{"/spec/volumes", R"([{"name":"w","emptyDir":{}},{"name":"v","emptyDir":{}}])"}},
       "FieldChanged:/spec/volumes/0/name"},
      {"P-004 pointer to an empty struct",
       {{"/spec/securityContext", ""}},
       "FieldChanged:/spec/securityContext"},
      {"P-004 service account",
       {{"/spec/serviceAccountName", R"("other")"}},
       "FieldChanged:/spec/serviceAccountName"},
      {"P-004 grace period",
       {{"/spec/terminationGracePeriodSeconds", "31"}},
       "FieldChanged:/spec/terminationGracePeriodSeconds"},
      {"P-004 node selector, a key with a slash",
       {{"/spec/nodeSelector", R"({"a/b":"c"})"}},
       "FieldChanged:/spec/nodeSelector/a~1b",
       {{"/spec/nodeSelector", R"({"a/b":"d"})"}}},
      {"P-004 readiness gate",
       {{"/spec/readinessGates", R"([{"conditionType":"x"}])"}},
       "FieldChanged:/spec/readinessGates"},
      {"P-004 a field that nobody knows yet", {{"/spec/future", "0"}}, "FieldChanged:/spec/future"},
      {"P-004 the pull policy",
       {{kApp + "/imagePullPolicy", R"("Always")"}},
       "ImagePullPolicyChanged:/spec/containers/0/imagePullPolicy"},
      {"P-004 the pull policy, defaulted anew for :latest",
       {{kSetup + "/image", R"("r/setup:latest")"}, {kSetup + "/imagePullPolicy", R"("Always")"}},
       "ImagePullPolicyChanged:/spec/initContainers/0/imagePullPolicy"},
      {"P-004 another key of that name",
       {{"/spec/nodeSelector/imagePullPolicy", R"("d")"}},
       "FieldChanged:/spec/nodeSelector/imagePullPolicy",
       {{"/spec/nodeSelector", R"({"a":"b"})"}}},
      {"P-005 no image any more", {{kApp + "/image", ""}}, "FieldChanged:/spec/containers/0/image"},
      {"P-005 an image where there was none",
       {{kApp + "/image", R"("r/app:2")"}},
       "FieldChanged:/spec/containers/0/image",
       {{kApp + "/image", ""}}},
  })));
}

TEST_CASE("images of containers change in place (P-005)") {
  Check(GENERATE(values<Row>({
      {"P-005 one", {{kApp + "/image", R"("r/app:2")"}}, "image app r/app:1>r/app:2"},
      {"P-005 two",
       {{kLog + "/image", R"("r/log:2")"}, {kApp + "/image", R"("r/app:2")"}},
       "image app r/app:1>r/app:2; image log r/log:1>r/log:2"},
      {"P-005 a digest",
       {{kApp + "/image", R"("r/app@sha256:0a")"}},
       "image app r/app:1>r/app@sha256:0a"},
      {"P-005 names that a runtime normalises are different images",
       {{kApp + "/image", R"("docker.io/library/nginx")"}},
       "image app nginx>docker.io/library/nginx",
       {{kApp + "/image", R"("nginx")"}}},
      {"P-005 an implied tag is another image",
       {{kApp + "/image", R"("nginx:latest")"}},
       "image app nginx>nginx:latest",
       {{kApp + "/image", R"("nginx")"}}},
      {"P-005 beside differences of form",
       {{kApp + "/image", R"("r/app:2")"},
        {kApp + "/resources/limits/cpu", R"("1000m")"},
        {kLabels + "/pod-template-hash", R"("7c9")"},
        {"/spec/hostPID", "false"}},
       "image app r/app:1>r/app:2"},
      {"P-005 own restart policy",
       {{kApp + "/image", R"("r/app:2")"}},
       "ContainerRestartPolicy:/spec/containers/0/restartPolicy",
       {{kApp + "/restartPolicy", R"("Never")"}}},
      {"P-005 restart rules",
       {{kApp + "/image", R"("r/app:2")"}},
       "ContainerRestartPolicy:/spec/containers/0/restartPolicyRules",
       {{kApp + "/restartPolicyRules", R"([{"action":"Restart"}])"}}},
      {"P-005 restart policy of another container",
       {{kApp + "/image", R"("r/app:2")"}},
       "image app r/app:1>r/app:2",
       {{kLog + "/restartPolicy", R"("Never")"}}},
      {"P-005 a container that nobody could name",
       {{kLog + "/image", R"("r/log:2")"}},
       "FieldChanged:/spec/containers/1/image",
       {{kLog + "/name", ""}}},
      {"P-005 a restart policy that changes",
       {{kApp + "/restartPolicy", R"("Always")"}},
       "FieldChanged:/spec/containers/0/restartPolicy"},
  })));
}

TEST_CASE("images of init containers: sidecars restart, others do not (P-006)") {
  Check(GENERATE(values<Row>({
      {"P-006 sidecar",
       {{kProxy + "/image", R"("r/proxy:2")"}},
       "sidecar proxy r/proxy:1>r/proxy:2"},
      {"P-006 sidecar and container",
       {{kProxy + "/image", R"("r/proxy:2")"}, {kApp + "/image", R"("r/app:2")"}},
       "image app r/app:1>r/app:2; sidecar proxy r/proxy:1>r/proxy:2"},
      {"P-005 sidecar with restart rules",
       {{kProxy + "/image", R"("r/proxy:2")"}},
       "ContainerRestartPolicy:/spec/initContainers/1/restartPolicyRules",
       {{kProxy + "/restartPolicyRules", R"([{"action":"Restart"}])"}}},
      {"P-006 a sidecar that becomes a plain init container",
       {{kProxy + "/restartPolicy", ""}},
       "FieldChanged:/spec/initContainers/1/restartPolicy"},
  })));
}

TEST_CASE("another image of a plain init container needs new Pods (P-006)") {
  const Edit setup{kSetup + "/image", R"("r/setup:2")"};
  const Edits never{{kSetup + "/restartPolicy", R"("Never")"}};
  const std::string want = "InitImageChanged:/spec/initContainers/0/image";
  Check(GENERATE_COPY(values<Row>({
      {"P-006 alone", {setup}, want},
      {"P-006 with another", {setup, {kApp + "/image", R"("r/app:2")"}}, want},
      {"P-006 own policy", {setup}, want, never},
      {"P-006 with metadata", {setup, {kAnnotations + "/note", R"("b")"}}, want},
  })));
}

TEST_CASE("a template that is no JSON object is an error, one of odd types is not") {
  const std::string good = kTemplate;
  for (const std::string bad : {"", "null", "[]", "{", R"({"a":1e400})"}) {
    CAPTURE(bad);
    const auto host = CompareTemplates(bad, good);
    REQUIRE_FALSE(host.ok());
    CHECK(host.error().kind == ErrorKind::kMalformed);
    CHECK_FALSE(CompareTemplates(good, bad).ok());
  }
  // Templates with equal texts are equal, even if a number in them is too large to be read.
  const std::string large = R"({"a":1e400})";
  const auto equal = CompareTemplates(large, large);
  REQUIRE(equal.ok());
  CHECK(std::holds_alternative<Unchanged>(*equal));
  const std::string odd = GENERATE(
      R"({})", R"({"spec":5})", R"({"metadata":5,"spec":[]})", R"({"spec":{"containers":5}})",
      R"({"spec":{"containers":{"a":1},"initContainers":"x"}})",
      R"({"spec":{"containers":[5,null],"tolerations":{"a":1}}})",
      R"({"metadata":{"labels":[1],"annotations":{"note":7}}})",
      R"({"spec":{"containers":[{"name":5,"image":6},{"name":[],"image":"x"}]}})");
  CAPTURE(odd);
  CHECK(Judged(Json::parse(good), Json::parse(odd)).starts_with("FieldChanged:/"));
  CHECK(Judged(Json::parse(odd), Json::parse(good)).starts_with("FieldChanged:/"));
  Json other = Json::parse(odd);
  other["spec"] = {{"containers", {{{"name", 5}, {"image", "y"}}, {{"name", "b"}}}},
                   {"affinity", {{"podAffinity", 5}}},
                   {"topologySpreadConstraints", 7}};
  CHECK(Judged(Json::parse(odd), other).starts_with("FieldChanged:/"));
}

struct RolloutRow {
  std::string id;
  std::string strategy;
  int32_t replicas;
  int32_t max_unavailable, max_surge;
  std::vector<int32_t> sizes;  // of the ReplicaSets; the last is the pending one
  std::string want;
};

TEST_CASE("what speaks against in-place whatever the templates are (P-010 … P-012)") {
  const RolloutRow row = GENERATE(values<RolloutRow>({
      {"P-010 one active", "RollingUpdate", 4, 1, 1, {4, 0}, ""},
      {"P-010 old ones at rest", "RollingUpdate", 4, 1, 1, {0, 4, 0, 0}, ""},
      {"P-010 stand-ins", "RollingUpdate", 4, 1, 1, {4, 1}, ""},
      {"P-010 a rolling update under way",
       "RollingUpdate",
       4,
       1,
       1,
       {3, 2, 0},
       "MultipleActiveReplicaSets"},
      {"P-010 none", "RollingUpdate", 0, 0, 1, {0, 0}, ""},
      {"P-011 Recreate, one replica", "Recreate", 1, 1, 0, {1, 0}, ""},
      {"P-011 Recreate, none", "Recreate", 0, 0, 0, {0, 0}, ""},
      {"P-011 Recreate, two replicas", "Recreate", 2, 2, 0, {2, 0}, "RecreateStrategy"},
      {"P-012 nothing may be missing, nothing be added",
       "RollingUpdate",
       3,
       0,
       0,
       {3, 0},
       "NoBudget"},
      {"P-012 a stand-in", "RollingUpdate", 3, 0, 1, {3, 0}, ""},
      {"P-012 without Pods", "RollingUpdate", 0, 0, 0, {0, 0}, ""},
  }));
  CAPTURE(row.id);
  const bool recreates = row.strategy == "Recreate";
  Options options;
  options.max_unavailable = row.max_unavailable;
  options.max_surge = row.max_surge;
  std::vector<ReplicaSet> stored(row.sizes.size());
  std::vector<const ReplicaSet*> replica_sets;
  for (size_t i = 0; i < stored.size(); ++i) {
    stored[i].replicas = row.sizes[i];
    replica_sets.push_back(&stored[i]);
  }
  const auto refusal =
      RefuseRollout(row.replicas, recreates, options, replica_sets, &stored.back());
  CHECK((refusal ? Text(*refusal) : "") == row.want);
  const bool stands_in = stored.back().replicas > 0;
  const auto without = RefuseRollout(row.replicas, recreates, options, replica_sets, nullptr);
  CHECK((without ? Text(*without) : "") == (stands_in ? "MultipleActiveReplicaSets" : row.want));
}

TEST_CASE("a reason names its field where that is what was wrong (P-083)") {
  CHECK(Text(NotEligible{Reason::kFieldChanged, "/spec/hostNetwork"}) ==
        "FieldChanged:/spec/hostNetwork");
  CHECK(Text(NotEligible{Reason::kMatchLabelKey, "/metadata/labels/tier"}) == "MatchLabelKey");
  CHECK(Text(NotEligible{Reason::kMetadataOnly, "/metadata/labels/tier"}) == "MetadataOnly");
}

struct NamedReason {
  Reason reason;
  const char* name;
};

constexpr NamedReason kNames[] = {
    {Reason::kFieldChanged, "FieldChanged"},
    {Reason::kRestartRequested, "RestartRequested"},
    {Reason::kInitImageChanged, "InitImageChanged"},
    {Reason::kSidecarKubeletTooOld, "SidecarKubeletTooOld"},
    {Reason::kImagePullPolicyChanged, "ImagePullPolicyChanged"},
    {Reason::kMetadataOnly, "MetadataOnly"},
    {Reason::kEnvFromMetadata, "EnvFromMetadata"},
    {Reason::kMatchLabelKey, "MatchLabelKey"},
    {Reason::kContainerRestartPolicy, "ContainerRestartPolicy"},
    {Reason::kMultipleActiveReplicaSets, "MultipleActiveReplicaSets"},
    {Reason::kRecreateStrategy, "RecreateStrategy"},
    {Reason::kNoBudget, "NoBudget"},
    {Reason::kPodForbidden, "PodForbidden"},
};

TEST_CASE("each reason has the name that users know, and none is missing here (P-083)") {
  for (size_t i = 0; i < std::size(kNames); ++i) {
    CHECK(static_cast<size_t>(kNames[i].reason) == i);
    CHECK(Name(kNames[i].reason) == kNames[i].name);
  }
  CHECK(Name(static_cast<Reason>(std::size(kNames))) == "unknown");
}

}  // namespace
}  // namespace windlass::in_place::eligibility_test
