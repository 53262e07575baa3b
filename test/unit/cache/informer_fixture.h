// An informer of ReplicaSets behind a scripted transport, and what its handlers are told:
// "+a@3 ~a@4 -a@4 ?b@2" are an add, an update, a deletion, and one that was not seen.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kubeclient/api/replica_set.h"
#include "kubeclient/cache/informer.h"
#include "test/unit/cache/informer_parts.h"
#include "test/unit/cache/wire.h"

namespace windlass {

class CountingLog final : public Log {
 public:
  void Write(LogLevel, std::string_view event, const LogFields&) override {
    if (event == "object cannot be decoded: nothing is written for it or its owner") ++poison;
  }
  bool Enabled(LogLevel) const override { return false; }
  int poison = 0;
};

struct InformerFixture : InformerParts<ScriptedTransport, CountingLog> {
  Informer<ReplicaSet> informer{
      environment, ReflectorOptions{resources::kReplicaSets, "", "", false}, &DecodeReplicaSet};
  std::string told;

  InformerFixture() {
    informer.store().OnChange([this](const Change<ReplicaSet>& change) {
      const ReplicaSet& object = *(change.new_object ? change.new_object : change.old_object);
      told += change.new_object == nullptr   ? (change.final_state_unknown ? "?" : "-")
              : change.old_object == nullptr ? "+"
                                             : "~";
      told += object.meta.name + "@" + object.meta.resource_version.text + " ";
    });
  }

  std::string Told() { return std::exchange(told, ""); }

  void Sync(const std::vector<std::string>& objects, const std::string& version) {
    informer.Start();
    for (const std::string& object : objects) transport.Line(wire::Added(object));
    transport.Line(wire::InitialEventsEnd(version));
    Told();
  }
  // The watch has lost its place, so another complete state comes.
  void Relist(const std::vector<std::string>& lines, const std::string& version) {
    transport.Line(wire::ErrorEvent(410, "Expired"));
    for (const std::string& line : lines) transport.Line(line);
    transport.Line(wire::InitialEventsEnd(version));
  }
};

}  // namespace windlass
