// Follow keeps copies of the objects that some selections match. It lists the objects once, and
// then watches them. A command looks at the copies, waits for a change, and looks again.
//
//   Start ──list each──▶ watch each ──stream ends──▶ watch from the last version
//                            │ 410 Gone ──▶ list again
//                            │ 403 ───────▶ list every 5 s instead
//                            └ failure ───▶ try again after 1, 2, 4… s; error after kFollowTrouble
//                                          (after 401 or 404, and after a list with 403, at once)
//
// A list that fails at the start is an error at once. Wherever there would be an error, an optional
// selection is given up instead. Exception: at the start, an error that every request would get,
// such as no connection, is an error also for an optional selection. Core thread only.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "cmd/kubectl-windlass/requests.h"
#include "cmd/kubectl-windlass/session.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

// How long a selection may fail, watch and lists, before the command gives up. A list that succeeds
// ends the failure: if only the watch fails, Follow goes on, and lists every 8 s.
inline constexpr Duration kFollowTrouble = seconds(60);

class Follow {
 public:
  // `session` must outlive the Follow.
  Follow(Session& session, std::vector<Selection> selections);
  ~Follow();
  Follow(const Follow&) = delete;
  Follow& operator=(const Follow&) = delete;

  // Lists every selection.
  Status ReadOnce();
  // Lists every selection and opens the watches.
  Status Start();
  // Returns when an object has changed since the last call, or `longest` has passed. Returns an
  // error if the session has ended, or if a selection that is not optional cannot be read any more.
  Status NextChange(std::optional<Duration> longest = {});

  // Follow gives up an optional selection that it cannot read. The selection then has no objects.
  // Returns the error if selection number `selection` was given up; otherwise nullopt.
  std::optional<Error> Unreadable(size_t selection) const;

  // Returns the objects of selection number `selection`, ordered by namespace and name. The
  // pointers are valid until the next call of NextChange.
  std::vector<const Json*> Objects(size_t selection) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace windlass::cli
