// Changes every field of PodTemplateSpec, alone and together with an image. The verdict must agree
// with the comparison of the templates.
#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "controller/in_place/template/eligibility.h"
#include "kubeclient/api/canonical.h"
#include "test/catch.h"

namespace windlass::in_place::corpus_test {
namespace {

using Json = nlohmann::json;

void Apply(const TextChanges& changes, Json& map) {
  for (const auto& [key, value] : changes) {
    if (value) {
      map[key] = *value;
    } else {
      map.erase(key);
    }
  }
}

// Returns the template with the changes applied, as Pods of it would have them.
Json Applied(Json pod_template, const TemplateChanges& changes) {
  for (const ImageChange& image : changes.images) {
    const bool init = image.kind != ContainerKind::kApp;
    for (Json& container : pod_template["spec"][init ? "initContainers" : "containers"]) {
      if (container["name"] != image.container) continue;
      CHECK(container["image"] == image.from);
      container["image"] = image.to;
    }
  }
  if (!changes.labels.empty()) Apply(changes.labels, pod_template["metadata"]["labels"]);
  if (!changes.annotations.empty()) {
    Apply(changes.annotations, pod_template["metadata"]["annotations"]);
  }
  for (const TolerationChange& change : changes.tolerations) {
    Json& list = pod_template["spec"]["tolerations"];
    const auto is_from = [&](const Json& toleration) {
      return change.from && Json::parse(*change.from) == toleration;
    };
    const auto found = std::find_if(list.begin(), list.end(), is_from);
    if (change.from) REQUIRE(found != list.end());
    if (change.from) {
      *found = Json::parse(change.to);
    } else {
      list.push_back(Json::parse(change.to));
    }
  }
  return pod_template;
}

// Returns the canonical form, with sorted tolerations.
Json Form(const Json& pod_template) {
  Json form = Json::parse(*CanonicalTemplate(pod_template.dump()));
  const Json::json_pointer tolerations("/spec/tolerations");
  if (form.contains(tolerations)) std::sort(form[tolerations].begin(), form[tolerations].end());
  return form;
}

// Returns the verdict as a text. `equal` says whether the templates mean the same.
std::string Judge(const Json& from, const Json& to, bool equal) {
  const Json host = Json::parse(*CanonicalTemplate(from.dump()));
  const auto verdict = CompareTemplates(from.dump(), to.dump());
  REQUIRE(verdict.ok());
  const bool unchanged = std::holds_alternative<Unchanged>(*verdict);
  CHECK(unchanged == equal);
  const auto* changes = std::get_if<TemplateChanges>(&*verdict);
  if (changes != nullptr) CHECK(Form(Applied(host, *changes)) == Form(to));
  return unchanged ? "unchanged" : changes != nullptr ? "in place" : "refused";
}

// Returns the same template with one more container.
Json WithContainer(Json pod_template, const std::string& image) {
  Json& containers = pod_template["spec"]["containers"];
  if (!containers.is_array()) containers = Json::array();
  containers.push_back({{"name", "other"}, {"image", image}});
  return pod_template;
}

TEST_CASE("changes applied to the host's template give the target's (P-002, P-004)") {
  std::ifstream corpus(WINDLASS_TESTDATA "/template_equality.jsonl");
  std::map<std::string, int> seen;
  for (std::string line; std::getline(corpus, line);) {
    INFO(line);
    const Json row = Json::parse(line);
    for (const auto& [from, to] : {std::pair("a", "b"), std::pair("b", "a")}) {
      ++seen[Judge(row[from], row[to], row["equal"].get<bool>())];
      if (!row[from].value("spec", Json::object()).is_object()) continue;
      if (!row[to].value("spec", Json::object()).is_object()) continue;
      const Json host = WithContainer(row[from], "r/other:1");
      ++seen["with an image: " + Judge(host, WithContainer(row[to], "r/other:2"), false)];
    }
  }
  CHECK(seen["unchanged"] > 100);
  CHECK(seen["with an image: in place"] > 10);
  CHECK(seen["refused"] > 500);
}

}  // namespace
}  // namespace windlass::in_place::corpus_test
