// The reasons that a kubelet gives for a waiting container that will not start, or not soon
// (status.containerStatuses[].state.waiting.reason).
#pragma once

#include <string_view>

namespace windlass::waiting {

// Set while the container has not started.
inline constexpr std::string_view kNotStarted[] = {"ErrImagePull",
                                                   "ImagePullBackOff",
                                                   "InvalidImageName",
                                                   "ErrImageNeverPull",
                                                   "ImageInspectError",
                                                   "RegistryUnavailable",
                                                   "SignatureValidationFailed",
                                                   "CreateContainerConfigError",
                                                   "CreateContainerError",
                                                   "RunContainerError"};
// Set after a container has run.
inline constexpr std::string_view kEnded[] = {"PostStartHookError", "CrashLoopBackOff"};

}  // namespace windlass::waiting
