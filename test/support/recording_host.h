// A host that records what a controller asks of it, and always leads.
#pragma once

#include <cstdlib>
#include <functional>
#include <optional>
#include <string>

#include "controller/runtime/controller_host.h"

namespace windlass {

class RecordingHost final : public ControllerHost {
 public:
  explicit RecordingHost(const InformerEnvironment& environment, const std::string& namespace_ = "")
      : informers_(environment, namespace_) {}

  Informers& informers() override { return informers_; }
  void Record(const ObjectReference&, const Event&) override { std::abort(); }  // never called
  void Wake(const ObjectKey& key, windlass::Wake wake) override {
    if (!IsFolding(key) && on_wake) on_wake(key, wake);
  }
  bool IsFolding(const ObjectKey& key) const override {
    return folding == key || informers_.folds().folding() == QueueKey{key};
  }
  bool InTerm() const override { return true; }
  void CacheSynced() override {}
  void WakeAll() override { ++wakes_of_all; }
  void CacheChanged() override {}
  void RightsChanged() override {}

  std::function<void(const ObjectKey&, windlass::Wake)> on_wake;
  std::optional<ObjectKey> folding;
  int wakes_of_all = 0;

 private:
  Informers informers_;
};

}  // namespace windlass
