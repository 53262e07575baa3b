// Annotations windlass.dev/in-place-… that earlier versions had as settings. Users may have them
// still, on Deployments and in the annotations that `kubectl rollout undo` brings back.
#pragma once

#include <span>
#include <string_view>

namespace windlass::in_place {

struct RemovedSetting {
  std::string_view key;
  // Whether this value asks for no more than what always holds now. Such an annotation can be
  // ignored; any other value asks for something that Windlass does not do any more.
  bool (*is_what_holds)(std::string_view value);
  std::string_view what_holds;  // a sentence without its full stop, for messages
};

std::span<const RemovedSetting> RemovedSettings();

}  // namespace windlass::in_place
