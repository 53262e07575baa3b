// Labels and annotations of a template: P-007.
#include "controller/in_place/template/metadata.h"

#include <string>

#include "test/catch.h"
#include "test/unit/controller/in_place/template/template_rows.h"

namespace windlass::in_place::metadata_test {
namespace {

std::string EnvOf(const std::string& path) {
  return R"({"name":"E","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":")" + path +
         R"("}}})";
}
std::string Constraint(const std::string& key) {
  return R"([{"maxSkew":1,"topologyKey":"zone","matchLabelKeys":[")" + key + R"("]}])";
}
std::string Affinity(const std::string& term) { return R"({"podAntiAffinity":)" + term + "}"; }

// Metadata changes in place only beside another change, such as this one.
const Edit kLogImage{kLog + "/image", R"("r/log:2")"};
const std::string kLogChange = "image log r/log:1>r/log:2; ";

// Returns the same edits together with another image of container log.
Edits WithLog(Edits edits) {
  edits.push_back(kLogImage);
  return edits;
}

// Changes of metadata that a running Pod can take. `want` lists the changes; `before` is an edit of
// both templates.
const std::vector<Row> kChanges = {
    {"P-007 label added", {{kLabels + "/new", R"("x")"}}, "label new=x"},
    {"P-007 label changed", {{kLabels + "/tier", R"("back")"}}, "label tier=back"},
    {"P-007 label removed", {{kLabels + "/tier", ""}}, "label -tier"},
    {"P-007 empty label", {{kLabels + "/tier", R"("")"}}, "label tier="},
    {"P-007 annotation changed", {{kAnnotations + "/note", R"("b")"}}, "annotation note=b"},
    {"P-007 all annotations removed", {{kAnnotations, ""}}, "annotation -note"},
    {"P-007 the first annotations",
     {{kAnnotations, R"({"note":"a"})"}},
     "annotation note=a",
     {{kAnnotations, ""}}},
    {"P-007 the first metadata",
     {{"/metadata", R"({"labels":{"app":"web"}})"}},
     "label app=web",
     {{"/metadata", ""}}},
    {"P-007 a checksum of Helm's",
     {{kAnnotations + "/checksum~1config", R"("0b2f")"}},
     "annotation checksum/config=0b2f",
     {{kAnnotations + "/checksum~1config", R"("9e1c")"}}},
};

TEST_CASE("labels and annotations change in place together with something else (P-007)") {
  Row row = GENERATE(from_range(kChanges));
  const std::string toleration = R"({"key":"c","operator":"Exists"})";
  SECTION("an image") {
    row.change = WithLog(row.change);
    row.want = kLogChange + row.want;
  }
  SECTION("a toleration") {
    row.change.push_back({"/spec/tolerations/2", toleration});
    row.want += "; toleration " + toleration;
  }
  Check(row);
}

TEST_CASE("labels and annotations alone need new Pods (P-007)") {
  Row row = GENERATE(from_range(kChanges));
  SECTION("nothing else") {}
  SECTION("the order of tolerations is nothing else") {
    row.change.push_back({"/spec/tolerations/0", R"({"operator":"Exists"})"});
    row.before.push_back({"/spec/tolerations/2", R"({"operator":"Exists"})"});
    row.change.push_back({"/spec/tolerations/3", ""});
  }
  const std::string map = row.want.starts_with("label") ? kLabels : kAnnotations;
  const std::string key = row.change[0].path.starts_with(map + "/")
                              ? row.change[0].path.substr(map.size() + 1)
                              : (map == kLabels ? "app" : "note");
  row.want = "MetadataOnly:" + map + "/" + key;
  Check(row);
}

TEST_CASE("of changed metadata, what a Pod keeps and a requested restart are told first (P-007)") {
  Check(GENERATE(values<Row>({
      {"P-007 with an image",
       {{kApp + "/image", R"("r/app:2")"}, {kAnnotations + "/note", R"("b")"}},
       "image app r/app:1>r/app:2; annotation note=b"},
      {"P-007 rollout restart",
       {{kAnnotations + "/kubectl.kubernetes.io~1restartedAt", R"("now")"}},
       "RestartRequested:/metadata/annotations/kubectl.kubernetes.io~1restartedAt"},
      {"P-007 a restart is told first",
       {{kAnnotations + "/kubectl.kubernetes.io~1restartedAt", R"("now")"},
        {kApp + "/image", R"("r/app:2")"},
        {kApp + "/env/0/value", R"("3")"}},
       "RestartRequested:/metadata/annotations/kubectl.kubernetes.io~1restartedAt"},
      {"P-007 a restart undone",
       {{kAnnotations + "/kubectl.kubernetes.io~1restartedAt", ""}},
       "RestartRequested:/metadata/annotations/kubectl.kubernetes.io~1restartedAt",
       {{kAnnotations + "/kubectl.kubernetes.io~1restartedAt", R"("then")"}}},
      {"P-007 an old restart",
       {{kApp + "/image", R"("r/app:2")"}},
       "image app r/app:1>r/app:2",
       {{kAnnotations + "/kubectl.kubernetes.io~1restartedAt", R"("then")"}}},
      {"P-007 AppArmor, which a Pod keeps",
       {{kAnnotations + "/container.apparmor.security.beta.kubernetes.io~1app", R"("x")"}},
       "FieldChanged:/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1app"},
      {"P-007 our own annotation",
       {{kAnnotations + "/windlass.dev~1in-place-state", R"("{}")"}},
       "FieldChanged:/metadata/annotations/windlass.dev~1in-place-state"},
      {"P-007 our own label",
       {{kLabels + "/windlass.dev~1revision", R"("1")"}},
       "FieldChanged:/metadata/labels/windlass.dev~1revision"},
      {"P-007 other metadata", {{"/metadata/name", R"("x")"}}, "FieldChanged:/metadata/name"},
      {"P-007 a label that is no text",
       {{kLabels + "/tier", "5"}},
       "FieldChanged:/metadata/labels"},
  })));
}

TEST_CASE("labels that were written into the Pod when it was made (P-007)") {
  const Edits change = WithLog({{kLabels + "/tier", R"("back")"}});
  const std::string want = "MatchLabelKey:/metadata/labels/tier";
  const std::string affinity = "/spec/affinity";
  Check(GENERATE_COPY(values<Row>({
      {"P-007 topology spread",
       change,
       want,
       {{"/spec/topologySpreadConstraints", Constraint("tier")}}},
      {"P-007 topology spread by another label",
       change,
       kLogChange + "label tier=back",
       {{"/spec/topologySpreadConstraints", Constraint("app")}}},
      {"P-007 topology spread by the template hash",
       change,
       kLogChange + "label tier=back",
       {{"/spec/topologySpreadConstraints", Constraint("pod-template-hash")}}},
      {"P-007 an annotation of that name",
       WithLog({{kAnnotations + "/tier", R"("x")"}}),
       kLogChange + "annotation tier=x",
       {{"/spec/topologySpreadConstraints", Constraint("tier")}}},
      {"P-007 removed",
       {{kLabels + "/tier", ""}},
       want,
       {{"/spec/topologySpreadConstraints", Constraint("tier")}}},
      {"P-007 alone",
       {{kLabels + "/tier", R"("back")"}},
       want,
       {{"/spec/topologySpreadConstraints", Constraint("tier")}}},
      {"P-007 required affinity",
       change,
       want,
       {{affinity, R"({"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":)"
                   R"([{"topologyKey":"z"},{"topologyKey":"z","matchLabelKeys":["tier"]}]}})"}}},
      {"P-007 required anti-affinity, mismatch",
       change,
       want,
       {{affinity, Affinity(R"({"requiredDuringSchedulingIgnoredDuringExecution":)"
                            R"([{"topologyKey":"z","mismatchLabelKeys":["x","tier"]}]})")}}},
      {"P-007 preferred anti-affinity",
       change,
       want,
       {{affinity,
         Affinity(R"({"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,)"
                  R"("podAffinityTerm":{"topologyKey":"z","matchLabelKeys":["tier"]}}]})")}}},
      {"P-007 the selector of a constraint looks at Pods as they are",
       change,
       kLogChange + "label tier=back",
       {{"/spec/topologySpreadConstraints",
         R"([{"maxSkew":1,"labelSelector":{"matchLabels":{"tier":"front"}}}])"}}},
  })));
}

TEST_CASE("environment that is read from metadata needs a restart (P-007)") {
  const Edits label = WithLog({{kLabels + "/tier", R"("back")"}});
  const Edits annotation = {{kAnnotations + "/note", R"("b")"}, {kApp + "/image", R"("r/app:2")"}};
  const Edits label_alone = {{kLabels + "/tier", R"("back")"}};
  const auto with = [](Edits edits, const std::string& path, const std::string& value) {
    edits.push_back({path, value});
    return edits;
  };
  const std::string tier = EnvOf("metadata.labels['tier']");
  const std::string note = EnvOf("metadata.annotations['note']");
  Check(GENERATE_COPY(values<Row>({
      {"P-007 a label",
       label,
       "EnvFromMetadata:/spec/containers/0/env/2/valueFrom/fieldRef/fieldPath",
       {{kApp + "/env/2", tier}}},
      {"P-007 a label alone",
       label_alone,
       "MetadataOnly:/metadata/labels/tier",
       {{kApp + "/env/2", tier}}},
      {"P-007 an annotation",
       annotation,
       "EnvFromMetadata:/spec/containers/1/env/0/valueFrom/fieldRef/fieldPath",
       {{kLog + "/env", "[" + note + "]"}}},
      {"P-007 of a container that restarts",
       with(label_alone, kApp + "/image", R"("r/app:2")"),
       "image app r/app:1>r/app:2; label tier=back",
       {{kApp + "/env/2", tier}}},
      {"P-007 of one that does not, beside one that does",
       with(label_alone, kApp + "/image", R"("r/app:2")"),
       "EnvFromMetadata:/spec/containers/1/env/0/valueFrom/fieldRef/fieldPath",
       {{kLog + "/env", "[" + tier + "]"}}},
      {"P-007 another key",
       label,
       kLogChange + "label tier=back",
       {{kApp + "/env/2", EnvOf("metadata.labels['app']")}}},
      {"P-007 the key in the other map",
       label,
       kLogChange + "label tier=back",
       {{kApp + "/env/2", EnvOf("metadata.annotations['tier']")}}},
      {"P-007 something else of the Pod",
       label,
       kLogChange + "label tier=back",
       {{kApp + "/env/2", EnvOf("status.podIP")}}},
      {"P-007 a path cut short",
       label,
       kLogChange + "label tier=back",
       {{kApp + "/env/2", EnvOf("metadata.labels['")}}},
      {"P-007 a volume shows what changes",
       label,
       kLogChange + "label tier=back",
       {{"/spec/volumes/0", R"({"name":"d","downwardAPI":{"items":[{"path":"l",)"
                            R"("fieldRef":{"fieldPath":"metadata.labels['tier']"}}]}})"}}},
      {"P-007 a new variable is another field", with(label, kApp + "/env/2", tier),
       "FieldChanged:/spec/containers/0/env/2"},
      {"P-007 a sidecar",
       label,
       "EnvFromMetadata:/spec/initContainers/1/env/0/valueFrom/fieldRef/fieldPath",
       {{kProxy + "/env", "[" + tier + "]"}}},
      {"P-007 a sidecar that restarts",
       with(label_alone, kProxy + "/image", R"("r/proxy:2")"),
       "sidecar proxy r/proxy:1>r/proxy:2; label tier=back",
       {{kProxy + "/env", "[" + tier + "]"}}},
      {"P-007 an init container, which has run",
       label,
       "EnvFromMetadata:/spec/initContainers/0/env/0/valueFrom/fieldRef/fieldPath",
       {{kSetup + "/env", "[" + tier + "]"}}},
      {"P-007 an init container, new image and all",
       with(label, kSetup + "/image", R"("r/s:2")"),
       "InitImageChanged:/spec/initContainers/0/image",
       {{kSetup + "/env", "[" + tier + "]"}}},
  })));
}

}  // namespace
}  // namespace windlass::in_place::metadata_test
