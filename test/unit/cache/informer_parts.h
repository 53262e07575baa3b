// What an informer needs, in virtual time: the fixtures of its users derive from it.
#pragma once

#include "kubeclient/api/decode.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/random.h"
#include "kubeclient/cache/informer.h"
#include "test/unit/cache/scripted_transport.h"
#include "test/unit/cache/virtual_time.h"

namespace windlass {

template <typename SomeTransport = ScriptedTransport, typename SomeLog = NullLog>
struct InformerParts {
  VirtualTime time;
  Random random{1};
  SomeLog log;
  SomeTransport transport;
  SymbolTable symbols;
  Decoder decoder{symbols};
  InformerEnvironment environment{time, random, log, time.timers(), transport, decoder};
};

}  // namespace windlass
