#include "test/unit/controller/in_place/template/template_rows.h"

#include <nlohmann/json.hpp>

#include "controller/in_place/template/eligibility.h"
#include "test/catch.h"

namespace windlass::in_place {
namespace {

using Json = nlohmann::json;

Json Edited(const Json& pod_template, const Edits& edits) {
  Json operations = Json::array();
  for (const auto& [path, value] : edits) {
    Json operation = {{"op", value.empty() ? "remove" : "add"}, {"path", path}};
    if (!value.empty()) operation["value"] = Json::parse(value);
    operations.push_back(operation);
  }
  return pod_template.patch(operations);
}

std::string TextOf(const TextChanges& changes, const std::string& what) {
  std::string text;
  for (const auto& [key, value] : changes) {
    text += what + (value ? " " + key + "=" + *value : " -" + key) + "; ";
  }
  return text;
}

std::string NameOf(ContainerKind kind) {
  switch (kind) {
    case ContainerKind::kApp: return "image ";
    case ContainerKind::kSidecar: return "sidecar ";
    case ContainerKind::kInit: return "init ";
  }
  return "unknown ";
}

std::string TextOf(const Verdict& verdict) {
  if (std::holds_alternative<Unchanged>(verdict)) return "unchanged";
  if (const auto* refusal = std::get_if<NotEligible>(&verdict)) {
    return std::string(Name(refusal->reason)) + ":" + refusal->about;
  }
  const auto& changes = std::get<TemplateChanges>(verdict);
  std::string text;
  for (const ImageChange& image : changes.images) {
    text += NameOf(image.kind) + image.container + " " + image.from + ">" + image.to + "; ";
  }
  text += TextOf(changes.labels, "label") + TextOf(changes.annotations, "annotation");
  for (const TolerationChange& toleration : changes.tolerations) {
    text += "toleration " + (toleration.from ? *toleration.from + ">" : "") + toleration.to + "; ";
  }
  for (const ResourceChange& change : changes.resources) {
    text += "resize " + change.container + (change.restarts ? " with a restart" : "");
    for (size_t i = 0; i < kResourceFields.size(); ++i) {
      const auto& [list, resource] = kResourceFields[i];
      if (change.to.values[i].empty()) continue;
      text += " " + std::string(list) + "." + std::string(resource) + " " + change.from.values[i] +
              ">" + change.to.values[i];
    }
    text += "; ";
  }
  return text.empty() ? "nothing" : text.substr(0, text.size() - 2);
}

}  // namespace

Edits Put(const std::string& path, const std::string& json) { return {{path, json}}; }
Edits PutText(const std::string& path, const std::string& text) {
  return Put(path, Json(text).dump());
}
Edits Remove(const std::string& path) { return Put(path, ""); }
Edits Image(const std::string& container, const std::string& image) {
  return PutText(container + "/image", image);
}

const char* const kTemplate = R"({
  "metadata": {"labels": {"app": "web", "tier": "front"}, "annotations": {"note": "a"}},
  "spec": {
    "initContainers": [
      {"name": "setup", "image": "r/setup:1"},
      {"name": "proxy", "image": "r/proxy:1", "restartPolicy": "Always"}],
    "containers": [
      {"name": "app", "image": "r/app:1", "imagePullPolicy": "IfNotPresent",
       "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
       "ports": [{"containerPort": 80, "protocol": "TCP"}],
       "resources": {"limits": {"cpu": "1", "memory": "1Gi"}},
       "readinessProbe": {"httpGet": {"path": "/", "port": 80, "scheme": "HTTP"}}},
      {"name": "log", "image": "r/log:1"}],
    "tolerations": [
      {"key": "a", "operator": "Exists", "effect": "NoSchedule"},
      {"key": "b", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}],
    "volumes": [{"name": "v", "emptyDir": {}}, {"name": "w", "emptyDir": {}}],
    "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "securityContext": {}}})";

std::string Judged(const Json& host, const Json& target, bool resources) {
  const Result<Verdict> verdict = CompareTemplates(host.dump(), target.dump(), resources);
  REQUIRE(verdict.ok());
  return TextOf(*verdict);
}

void Check(const Row& row) {
  CAPTURE(row.id);
  const Json host = Edited(Json::parse(kTemplate), row.before);
  const std::string where = row.want.ends_with(":") ? row.change.front().path : "";
  CHECK(Judged(host, Edited(host, row.change), row.resources) == row.want + where);
}

}  // namespace windlass::in_place
