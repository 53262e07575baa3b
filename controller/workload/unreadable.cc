#include "controller/workload/unreadable.h"

#include <string>

namespace windlass::workload {

std::optional<Event> WhyUnreadable(const View& view) {
  if (view.unreadable.empty()) return std::nullopt;
  return Event{Event::Type::kWarning, "WindlassUnreadable",
               std::string(view.workload.kind.name()) + " \"" +
                   KeyOf(view.workload.meta).ToString() +
                   "\" is left alone: the latest version of " + view.unreadable +
                   " could not be read. Remedy: the log of Windlass names the field; correct it."};
}

}  // namespace windlass::workload
