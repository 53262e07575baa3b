// The annotation with the state of a Pod that was patched in place.
#include "controller/in_place/pod/pod_state.h"
#include "kubeclient/base/assert.h"
#include "test/fuzz/input.h"

namespace windlass::fuzz {
namespace {

void Check(std::string_view text) {
  const Result<in_place::PodState> state = in_place::ParsePodState(text);
  WL_ASSERT(state == in_place::ParsePodState(text));
  if (!state.ok()) {
    WL_ASSERT(state.error().kind == ErrorKind::kMalformed);
    return;
  }
  WL_ASSERT(text.size() <= in_place::kPodStateBytesMax);
  const Result<std::string> written = in_place::WritePodState(*state);
  if (!written.ok()) {  // our form of it is longer, and too long
    WL_ASSERT(written.error().kind == ErrorKind::kInvalid);
    return;
  }
  WL_ASSERT(in_place::ParsePodState(*written) == state);
}

const Target kTarget("pod_state", &Check);

}  // namespace
}  // namespace windlass::fuzz
