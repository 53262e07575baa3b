// Finds objects that wait because no process of Windlass handles their kind (RO-172). Looks only at
// kinds that this program knows, and whose controller --controllers leaves out.
//
// Looks at the first kLookedAtMax objects of each kind: at the start, then every kLookPeriod, and
// every kLookAgain while a status is behind (observedGeneration is not the generation). An object
// counts as waiting if two looks in a row found its status behind, and neither its generation nor
// its observedGeneration has changed between them. A process that handles the kind would have
// updated the status in this time.
//
// If the objects cannot be read, nothing is reported (RO-173). Core thread only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "controller/runtime/watching_controller.h"
#include "kubeclient/api/resource_id.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/lifetime.h"
#include "kubeclient/base/result.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/cache/informer.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

inline constexpr Duration kLookPeriod = seconds(300);
// A process that handles the kind would update a status within about 35 s: a change of leader takes
// about 15 s with the default lease duration, and a leader observes a new generation within 20 s.
// So this time is long enough.
inline constexpr Duration kLookAgain = seconds(60);
// At most this many objects are read, so that the answer stays small. They are enough: if no
// process handles the kind, sooner or later a client edits one of these objects, which then counts
// as waiting.
inline constexpr int kLookedAtMax = 100;

struct OtherKind {
  std::string controller;  // the name that --controllers lacks: "rollout"
  ResourceId resource;
};

// Returns the kinds of `all` that have a CustomResourceDefinition, and whose controller is not in
// `chosen`.
std::vector<OtherKind> OtherKindsOf(const ControllerList& all, const ControllerList& chosen);

class OtherKinds {
 public:
  // All that `environment` refers to must outlive this object. An empty `only_namespace` stands for
  // all namespaces.
  OtherKinds(const InformerEnvironment& environment, std::vector<OtherKind> kinds,
             std::string only_namespace);
  ~OtherKinds();
  OtherKinds(const OtherKinds&) = delete;
  OtherKinds& operator=(const OtherKinds&) = delete;

  void Start();
  void Stop();

  // Returns a line for each kind with waiting objects: their number, the name of one object, and
  // what to do.
  std::vector<std::string> Notes() const;
  // Returns how many objects wait, by kind ("Rollout"). The number is 0 if no object waits, or if
  // the objects cannot be read.
  std::map<std::string, uint64_t> Waiting() const;

 private:
  // How far a status is behind: the object's generation, and its observedGeneration.
  struct Lag {
    int64_t generation = 0;
    int64_t observed = 0;
    bool operator==(const Lag&) const = default;
  };
  struct Behind {
    std::string name;  // "shop/web"
    Lag lag;
  };
  struct Page {
    bool has_objects = false;
    std::map<std::string, Behind> behind;  // by uid
  };
  struct Kind {
    OtherKind what;
    std::map<std::string, Behind> behind{};  // what the last look found
    uint64_t waiting = 0;
    std::string example{};  // the name of one of the waiting objects
    bool told = false;      // the log has reported that there are objects
    CallId call = 0;
    TimerId timer = 0;
  };

  static Result<Page> ReadPage(const std::string& json);
  static void ReadObject(JsonReader& in, Page& page);
  static std::string TextOf(const Kind& kind);

  void Look(Kind& kind);
  void LookAfter(Kind& kind, Duration wait);
  void Answered(Kind& kind, const Result<HttpResponse>& reply);
  void Compare(Kind& kind, Page page);

  const InformerEnvironment environment_;
  const std::string namespace_;
  std::vector<Kind> kinds_;  // never grows: callbacks refer to its elements
  Lifetime lifetime_;
};

}  // namespace windlass
