#include "controller/in_place/template/resources.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/in_place/template/json_diff.h"
#include "kubeclient/api/json_reader.h"

namespace windlass::in_place {
namespace {

constexpr size_t kLimitAfterRequest = 2;  // distance of a limit from its request in kResourceFields

void ReadPolicies(JsonReader& in, TemplateResources& out) {
  out.restarts_for_cpu = out.restarts_for_memory = false;
  in.Array([&] {
    std::string_view resource;
    bool restarts = false;
    in.Object([&](std::string_view key) {
      if (key == "resourceName")
        resource = in.String();
      else if (key == "restartPolicy")
        restarts = in.String() == "RestartContainer";
    });
    if (resource == "cpu") out.restarts_for_cpu = restarts;
    if (resource == "memory") out.restarts_for_memory = restarts;
  });
}

void ReadContainers(JsonReader& in, bool init, std::vector<TemplateResources>& out) {
  out.clear();
  in.Array([&] {
    TemplateResources one{.kind = init ? ContainerKind::kInit : ContainerKind::kApp};
    in.Object([&](std::string_view key) {
      if (key == "name")
        one.container = in.String();
      else if (key == "restartPolicy")
        one.kind = init && in.String() == "Always" ? ContainerKind::kSidecar : one.kind;
      else if (key == "resources")
        one.amounts = ReadCpuAndMemory(in, /*numbers=*/true);
      else if (key == "resizePolicy")
        ReadPolicies(in, one);
    });
    for (size_t i = 0; i < kLimitAfterRequest; ++i) {
      std::string& request = one.amounts.values[i];
      if (request.empty()) request = one.amounts.values[i + kLimitAfterRequest];
    }
    out.push_back(std::move(one));
  });
}

bool IsSet(const std::string& quantity) {
  return !quantity.empty() && !IsSameQuantity(quantity, "0");
}

// Returns the container that `ref`, a resourceFieldRef of `container`, reads.
std::string ReadContainerOf(const Json& ref, const Json& container) {
  const Json& named = Member(ref, "containerName");
  const Json& own = Member(container, "name");
  if (named.is_string()) return named.get<std::string>();
  return own.is_string() ? own.get<std::string>() : std::string();
}

// Returns true if `resource`, such as "limits.cpu", names a quantity that `change` changes.
bool IsChanged(std::string_view resource, const ResourceChange& change) {
  for (size_t i = 0; i < kResourceFields.size(); ++i) {
    const auto& [list, name] = kResourceFields[i];
    const bool named = resource.starts_with(list) && resource.ends_with(name) &&
                       resource.size() == list.size() + 1 + name.size();
    if (named && change.from.values[i] != change.to.values[i]) return true;
  }
  return false;
}

}  // namespace

Result<std::vector<TemplateResources>> ReadTemplateResources(std::string_view template_json) {
  JsonReader in;
  std::vector<TemplateResources> init;
  std::vector<TemplateResources> app;
  in.Begin(template_json);
  in.Object([&](std::string_view key) {
    if (key != "spec") return;
    init.clear();
    app.clear();
    in.Object([&](std::string_view member) {
      if (member == "initContainers")
        ReadContainers(in, true, init);
      else if (member == "containers")
        ReadContainers(in, false, app);
    });
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, in.End());
  std::ranges::move(app, std::back_inserter(init));
  return init;
}

std::vector<ResourceChange> CompareResources(const std::vector<TemplateResources>& before,
                                             const std::vector<TemplateResources>& after) {
  std::vector<ResourceChange> changes;
  for (const TemplateResources& to : after) {
    const auto from = std::ranges::find(before, to.container, &TemplateResources::container);
    if (from == before.end()) continue;
    ResourceChange change{.container = to.container, .kind = to.kind};
    for (size_t i = 0; i < kResourceFields.size(); ++i) {
      const std::string& had = from->amounts.values[i];
      const std::string& gets = to.amounts.values[i];
      if (IsSameQuantity(had, gets)) continue;
      change.from.values[i] = had;
      change.to.values[i] = gets;
      change.restarts =
          change.restarts ||
          (kResourceFields[i].resource == "cpu" ? to.restarts_for_cpu : to.restarts_for_memory);
    }
    if (!change.from.empty() || !change.to.empty()) changes.push_back(std::move(change));
  }
  return changes;
}

Qos QosOf(const std::vector<TemplateResources>& containers) {
  bool any = false;
  bool guaranteed = !containers.empty();
  for (const TemplateResources& one : containers) {
    const auto& values = one.amounts.values;
    any = any || std::ranges::any_of(values, IsSet);
    for (size_t i = 0; i < kLimitAfterRequest; ++i) {
      const std::string& limit = values[i + kLimitAfterRequest];
      guaranteed = guaranteed && IsSet(limit) && IsSameQuantity(values[i], limit);
    }
  }
  if (!any) return Qos::kBestEffort;
  return guaranteed ? Qos::kGuaranteed : Qos::kBurstable;
}

std::optional<std::string> FindEnvOfResources(const Json& container,
                                              const std::vector<ResourceChange>& changes) {
  const Json& env = Member(container, "env");
  for (size_t i = 0; env.is_array() && i < env.size(); ++i) {
    const Json& ref = At(env[i], "/valueFrom/resourceFieldRef");
    const Json& resource = Member(ref, "resource");
    if (!resource.is_string()) continue;
    const std::string of = ReadContainerOf(ref, container);
    const bool reads = std::ranges::any_of(changes, [&](const ResourceChange& change) {
      return change.container == of && IsChanged(resource.get_ref<const std::string&>(), change);
    });
    if (reads) return "/env" + PointerTo(i) + "/valueFrom/resourceFieldRef";
  }
  return std::nullopt;
}

void DropCpuAndMemory(nlohmann::json& container) {
  if (!Member(container, "resources").is_object()) container["resources"] = Json::object();
  Json& resources = container["resources"];
  for (const auto& [list, resource] : kResourceFields) {
    Json& quantities = resources[std::string(list)];
    if (!quantities.is_object()) quantities = Json::object();
    quantities.erase(std::string(resource));
  }
}

}  // namespace windlass::in_place
