#include "test/toy/toy_controller.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/runtime/watched_resource.h"
#include "kubeclient/api/config_map.h"

namespace windlass {
namespace {

constexpr const char* kCopyTo = "toy.windlass.dev/copy-to";
constexpr const char* kValue = "toy.windlass.dev/value";
constexpr Decision kCopyValue{"copy value"};
constexpr Metric kCopies{"windlass_toy_copies_total", MetricType::kCounter,
                         "Values copied to another ConfigMap."};

// A key names the target: the ConfigMap that a text is copied to.
class ToyController final : public WatchingController {
 public:
  ToyController(ControllerHost& host, ToyOracle oracle)
      : host_(host),
        oracle_(std::move(oracle)),
        maps_(host, resources::kConfigMaps, &DecodeConfigMap) {
    maps_.store().OnChange([this](const Change<ConfigMap>& change) { Changed(change); });
  }

  std::string_view kind() const override { return "ConfigMap"; }
  std::string_view log_field() const override { return "configmap"; }
  std::string_view component() const override { return "toy-controller"; }

  void Start() override { maps_.Start(); }
  void Stop() override { maps_.Stop(); }
  bool WaitsForApi() const override { return maps_.WaitsForApi(); }
  bool HasSynced() const override { return maps_.HasSynced(); }
  std::vector<ComparedCache> ComparedCaches() const override { return {maps_.Compared()}; }
  std::vector<std::string> Troubles() const override {
    if (maps_.Trouble().empty()) return {};
    return {maps_.Trouble()};
  }
  void ForEachKey(const std::function<void(const ObjectKey&)>& visit) const override {
    maps_.store().ForEach([&](const ConfigMap& map) { visit(KeyOf(map.meta)); });
  }

  std::optional<Step> Next(const ObjectKey& key, const Learned& learned, WallTime) override {
    const ConfigMap* target = maps_.store().Find(key);
    if (target == nullptr) return std::nullopt;
    const ConfigMap* source = SourceOf(*target);
    if (source == nullptr) return Wait{};
    const auto text = source->data.find("value");
    if (text == source->data.end()) return Wait{};
    std::string value = text->second;
    if (oracle_ && value.ends_with('?')) {
      const Ask ask{.key = value, .question = AnyValue::Of(value), .why = "the text is a question"};
      const Outcome* told = FindOutcome(learned, IdentityOf(ask));
      if (told == nullptr) return ask;
      value = told->value.Get<std::string>();
    }
    if (target->meta.annotations.Find(kValue) == value) return Wait{};
    // A sync makes one write. It does not repeat a write that the server refused or changed.
    if (!learned.empty() && !learned.back().said.ok()) return Failed{learned.back().said.error()};
    const bool wrote = std::ranges::any_of(
        learned, [](const Outcome& outcome) { return Mutates(outcome.asked.verb); });
    if (wrote) return Wait{};
    const nlohmann::json fields = {{"metadata", {{"annotations", {{kValue, value}}}}}};
    const std::string& from = source->meta.name;
    return Write{
        Request::MergePatch(resources::kConfigMaps, VersionOf(target->meta), "", fields.dump()),
        {kCopyValue, {{"from", from}}},
        {{Event::Type::kNormal, "ValueCopied", "Copied the value of " + from + "."}}};
  }
  CancelQuestion Send(const Ask& ask, AnswerHandler answer) override {
    return oracle_(ask.question.Get<std::string>(), std::move(answer));
  }
  std::optional<ObjectReference> Reference(const ObjectKey& key) const override {
    const ConfigMap* map = maps_.store().Find(key);
    if (map == nullptr) return std::nullopt;
    return ReferenceTo(resources::kConfigMaps, map->meta);
  }
  // No fence is needed: after a late write of a former leader the watch wakes the key, and the text
  // is copied again.
  std::optional<std::vector<Request>> FenceWrites(const ObjectKey&,
                                                  std::string_view) const override {
    return std::vector<Request>();
  }
  void Written(const Because&) override { ++copies_; }

  std::vector<NeededRight> RightsNeeded() const override {
    std::vector<NeededRight> rights;
    for (const char* verb : {"get", "list", "watch", "patch"}) {
      rights.push_back(
          {{verb, resources::kConfigMaps, "", host_.informers().watched_namespace(), ""},
           "test/toy/rbac.yaml"});
    }
    return rights;
  }
  void AddFigures(Figures& figures) const override { figures.Count(kCopies, copies_); }

 private:
  // Wakes the ConfigMap itself, and the targets that it names now or named before.
  void Changed(const Change<ConfigMap>& change) {
    for (const ConfigMap* map : {change.old_object, change.new_object}) {
      if (map == nullptr) continue;
      host_.Wake(KeyOf(map->meta), Wake::kSpecChange);
      const auto target = map->meta.annotations.Find(kCopyTo);
      if (target) host_.Wake({map->meta.namespace_, std::string(*target)}, Wake::kSpecChange);
    }
  }
  // Returns the first ConfigMap by name whose text is copied to `target`; null if there is none.
  const ConfigMap* SourceOf(const ConfigMap& target) const {
    for (const ConfigMap* map : maps_.store().InNamespace(target.meta.namespace_.text())) {
      if (map->meta.annotations.Find(kCopyTo) == target.meta.name) return map;
    }
    return nullptr;
  }

  ControllerHost& host_;
  ToyOracle oracle_;
  WatchedResource<ConfigMap> maps_;
  uint64_t copies_ = 0;
};

}  // namespace

ControllerEntry ToyControllerEntry(ToyOracle oracle) {
  return {"toy",
          [oracle = std::move(oracle)](ControllerHost& host) {
            return std::make_unique<ToyController>(host, oracle);
          },
          "copies values between ConfigMaps",
          {{"Toy", {&kCopies}}}};
}

}  // namespace windlass
