// What scripts call a ReplicaSet: "web/2" is the one of Deployment web with revision 2. Remembers
// whose it was when it has no owner any more, and what it was called when it is gone.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "test/sim/api_server.h"

namespace windlass::sim {

class ReplicaSetNames {
 public:
  // Of namespace "default". The server must outlive it, and its loop must not turn afterwards.
  explicit ReplicaSetNames(ApiServer& server);
  ReplicaSetNames(const ReplicaSetNames&) = delete;
  ReplicaSetNames& operator=(const ReplicaSetNames&) = delete;

  // The Deployment that controls the ReplicaSet, or did last; "-" when none ever did.
  std::string OwnerOf(const std::string& replica_set) const;

  // "web/2", "web/none" without the annotation, "-/2" without a controller; of two that have the
  // same name, the younger one's has an apostrophe more.
  std::string Shown(const std::string& replica_set) const;
  // The name in events: without a controller it has the name of the one it had last.
  std::string ShownInEvents(const std::string& replica_set) const;

  // Of that Deployment with that revision: one it controls, else one it did; null = none.
  Object Find(const std::string& deployment, const std::string& revision) const;

 private:
  struct Record {
    std::string uid;
    std::string owner = "-";
    std::string revision;
  };
  void OnChange(const Change& change);

  ApiServer& server_;
  std::map<std::string, Record> records_;  // by name
};

}  // namespace windlass::sim
