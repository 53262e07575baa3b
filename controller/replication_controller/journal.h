// The journal of a rename: what the new controller was, so that the old one can become it after the
// new one is deleted (RC-14).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/api/replication_controller.h"
#include "kubeclient/base/clock.h"

namespace windlass::replication_controller {

struct Journal {
  std::string name;
  std::string uid;
  int32_t replicas = 0;
  int32_t min_ready_seconds = 0;
  StringMap selector;
  StringMap labels;
  std::string template_json;
  WallTime youngest_pod;  // when the last of its Pods was created; zero: it is not known
};

// Returns the journal of `created` as text, for an annotation and for the status.
std::string JournalText(const ReplicationController& created, WallTime youngest_pod);
// Returns nullopt if the text is no journal.
std::optional<Journal> ParseJournal(std::string_view text);

}  // namespace windlass::replication_controller
