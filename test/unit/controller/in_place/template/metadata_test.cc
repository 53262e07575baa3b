// Labels and annotations of a template: P-007.
#include "controller/in_place/template/metadata.h"

#include <string>

#include "test/catch.h"
#include "test/unit/controller/in_place/template/template_rows.h"

namespace windlass::in_place::metadata_test {
namespace {

const std::string kRestartedAt = kAnnotations + "/kubectl.kubernetes.io~1restartedAt";

std::string EnvOf(const std::string& path) {
  return R"({"name":"E","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":")" + path +
         R"("}}})";
}
// Returns the verdict that the variable at this path stands in the way.
std::string EnvFrom(const std::string& variable) {
  return "EnvFromMetadata:" + variable + "/valueFrom/fieldRef/fieldPath";
}
Edits SpreadBy(const std::string& label) {
  return Put("/spec/topologySpreadConstraints",
             R"([{"maxSkew":1,"topologyKey":"zone","matchLabelKeys":[")" + label + R"("]}])");
}
std::string Affinity(const std::string& term) { return R"({"podAntiAffinity":)" + term + "}"; }

// Metadata changes in place only beside another change, such as this one.
const std::string kLogChange = "image log r/log:1>r/log:2; ";

// Returns the same edits together with another image of container log.
Edits WithLog(const Edits& edits) { return Together(edits, Image(kLog, "r/log:2")); }

// Changes of metadata that a running Pod can take. `want` lists the changes; `before` is an edit of
// both templates.
const std::vector<Row> kChanges = {
    {"P-007 label added", PutText(kLabels + "/new", "x"), "label new=x"},
    {"P-007 label changed", PutText(kLabels + "/tier", "back"), "label tier=back"},
    {"P-007 label removed", Remove(kLabels + "/tier"), "label -tier"},
    {"P-007 empty label", PutText(kLabels + "/tier", ""), "label tier="},
    {"P-007 annotation changed", PutText(kAnnotations + "/note", "b"), "annotation note=b"},
    {"P-007 all annotations removed", Remove(kAnnotations), "annotation -note"},
    {"P-007 the first annotations", Put(kAnnotations, R"({"note":"a"})"), "annotation note=a",
     Remove(kAnnotations)},
    {"P-007 the first metadata", Put("/metadata", R"({"labels":{"app":"web"}})"), "label app=web",
     Remove("/metadata")},
    {"P-007 a checksum of Helm's", PutText(kAnnotations + "/checksum~1config", "0b2f"),
     "annotation checksum/config=0b2f", PutText(kAnnotations + "/checksum~1config", "9e1c")},
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
       Together(Image(kApp, "r/app:2"), PutText(kAnnotations + "/note", "b")),
       "image app r/app:1>r/app:2; annotation note=b"},
      {"P-007 rollout restart", PutText(kRestartedAt, "now"), "RestartRequested:"},
      {"P-007 a restart is told first",
       Together(PutText(kRestartedAt, "now"), Image(kApp, "r/app:2"),
                PutText(kApp + "/env/0/value", "3")),
       "RestartRequested:"},
      {"P-007 a restart undone", Remove(kRestartedAt),
       "RestartRequested:", PutText(kRestartedAt, "then")},
      {"P-007 an old restart", Image(kApp, "r/app:2"), "image app r/app:1>r/app:2",
       PutText(kRestartedAt, "then")},
      {"P-007 AppArmor, which a Pod keeps",
       PutText(kAnnotations + "/container.apparmor.security.beta.kubernetes.io~1app", "x"),
       "FieldChanged:"},
      {"P-007 our own annotation", PutText(kAnnotations + "/windlass.dev~1in-place-state", "{}"),
       "FieldChanged:"},
      {"P-007 our own label", PutText(kLabels + "/windlass.dev~1revision", "1"), "FieldChanged:"},
      {"P-007 other metadata", PutText("/metadata/name", "x"), "FieldChanged:"},
      {"P-007 a label that is no text", Put(kLabels + "/tier", "5"),
       "FieldChanged:/metadata/labels"},
  })));
}

TEST_CASE("labels that were written into the Pod when it was made (P-007)") {
  const Edits change = WithLog(PutText(kLabels + "/tier", "back"));
  const std::string want = "MatchLabelKey:/metadata/labels/tier";
  const std::string affinity = "/spec/affinity";
  Check(GENERATE_COPY(values<Row>({
      {"P-007 topology spread", change, want, SpreadBy("tier")},
      {"P-007 topology spread by another label", change, kLogChange + "label tier=back",
       SpreadBy("app")},
      {"P-007 topology spread by the template hash", change, kLogChange + "label tier=back",
       SpreadBy("pod-template-hash")},
      {"P-007 an annotation of that name", WithLog(PutText(kAnnotations + "/tier", "x")),
       kLogChange + "annotation tier=x", SpreadBy("tier")},
      {"P-007 removed", Remove(kLabels + "/tier"), want, SpreadBy("tier")},
      {"P-007 alone", PutText(kLabels + "/tier", "back"), want, SpreadBy("tier")},
      {"P-007 required affinity", change, want,
       Put(affinity, R"({"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":)"
                     R"([{"topologyKey":"z"},{"topologyKey":"z","matchLabelKeys":["tier"]}]}})")},
      {"P-007 required anti-affinity, mismatch", change, want,
       Put(affinity, Affinity(R"({"requiredDuringSchedulingIgnoredDuringExecution":)"
                              R"([{"topologyKey":"z","mismatchLabelKeys":["x","tier"]}]})"))},
      {"P-007 preferred anti-affinity", change, want,
       Put(affinity,
           Affinity(R"({"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,)"
                    R"("podAffinityTerm":{"topologyKey":"z","matchLabelKeys":["tier"]}}]})"))},
      {"P-007 the selector of a constraint looks at Pods as they are", change,
       kLogChange + "label tier=back",
       Put("/spec/topologySpreadConstraints",
           R"([{"maxSkew":1,"labelSelector":{"matchLabels":{"tier":"front"}}}])")},
  })));
}

TEST_CASE("environment that is read from metadata needs a restart (P-007)") {
  const Edits label = WithLog(PutText(kLabels + "/tier", "back"));
  const Edits annotation = Together(PutText(kAnnotations + "/note", "b"), Image(kApp, "r/app:2"));
  const Edits label_alone = PutText(kLabels + "/tier", "back");
  const std::string tier = EnvOf("metadata.labels['tier']");
  const std::string note = EnvOf("metadata.annotations['note']");
  Check(GENERATE_COPY(values<Row>({
      {"P-007 a label", label, EnvFrom(kApp + "/env/2"), Put(kApp + "/env/2", tier)},
      {"P-007 a label alone", label_alone, "MetadataOnly:/metadata/labels/tier",
       Put(kApp + "/env/2", tier)},
      {"P-007 an annotation", annotation, EnvFrom(kLog + "/env/0"),
       Put(kLog + "/env", "[" + note + "]")},
      {"P-007 of a container that restarts", Together(label_alone, Image(kApp, "r/app:2")),
       "image app r/app:1>r/app:2; label tier=back", Put(kApp + "/env/2", tier)},
      {"P-007 of one that does not, beside one that does",
       Together(label_alone, Image(kApp, "r/app:2")), EnvFrom(kLog + "/env/0"),
       Put(kLog + "/env", "[" + tier + "]")},
      {"P-007 another key", label, kLogChange + "label tier=back",
       Put(kApp + "/env/2", EnvOf("metadata.labels['app']"))},
      {"P-007 the key in the other map", label, kLogChange + "label tier=back",
       Put(kApp + "/env/2", EnvOf("metadata.annotations['tier']"))},
      {"P-007 something else of the Pod", label, kLogChange + "label tier=back",
       Put(kApp + "/env/2", EnvOf("status.podIP"))},
      {"P-007 a path cut short", label, kLogChange + "label tier=back",
       Put(kApp + "/env/2", EnvOf("metadata.labels['"))},
      {"P-007 a volume shows what changes", label, kLogChange + "label tier=back",
       Put("/spec/volumes/0", R"({"name":"d","downwardAPI":{"items":[{"path":"l",)"
                              R"("fieldRef":{"fieldPath":"metadata.labels['tier']"}}]}})")},
      {"P-007 a new variable is another field", Together(label, Put(kApp + "/env/2", tier)),
       "FieldChanged:/spec/containers/0/env/2"},
      {"P-007 a sidecar", label, EnvFrom(kProxy + "/env/0"),
       Put(kProxy + "/env", "[" + tier + "]")},
      {"P-007 a sidecar that restarts", Together(label_alone, Image(kProxy, "r/proxy:2")),
       "sidecar proxy r/proxy:1>r/proxy:2; label tier=back",
       Put(kProxy + "/env", "[" + tier + "]")},
      {"P-007 an init container, which has run", label, EnvFrom(kSetup + "/env/0"),
       Put(kSetup + "/env", "[" + tier + "]")},
      {"P-007 an init container, new image and all", Together(label, Image(kSetup, "r/s:2")),
       "InitImageChanged:/spec/initContainers/0/image", Put(kSetup + "/env", "[" + tier + "]")},
  })));
}

}  // namespace
}  // namespace windlass::in_place::metadata_test
