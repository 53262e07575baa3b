// A host that notes what a controller asks of it, and leads always.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "controller/runtime/controller_host.h"
#include "kubeclient/base/random.h"

namespace windlass {

class RecordingHost final : public ControllerHost {
 public:
  RecordingHost(InformerEnvironment environment, EventRecorder* events = nullptr)
      : environment_(environment), events_(events) {}

  const InformerEnvironment& environment() const override { return environment_; }
  const std::string& watched_namespace() const override { return namespace_; }
  FoldTable& folds() override { return folds_; }
  EventRecorder& events() override { return *events_; }
  void Wake(const ObjectKey& key, windlass::Wake wake) override {
    if (!IsFolding(key) && on_wake) on_wake(key, wake);
  }
  bool IsFolding(const ObjectKey& key) const override {
    return folding == key || folds_.folding() == QueueKey{key};
  }
  bool InTerm() const override { return true; }
  void CacheSynced() override {}
  void LookAtAll() override {}
  void CacheChanged() override {}
  void CachesReset() override {}
  void RightsChanged() override {}

  std::function<void(const ObjectKey&, windlass::Wake)> on_wake;
  std::optional<ObjectKey> folding;

 private:
  InformerEnvironment environment_;
  EventRecorder* events_;
  std::string namespace_;
  FoldTable folds_;
};

}  // namespace windlass
