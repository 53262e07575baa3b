// The reasons that a kubelet gives for a waiting container that will start late or never
// (status.containerStatuses[].state.waiting.reason).
#pragma once

#include <string_view>

namespace windlass::waiting {

// Reasons why the kubelet cannot start the container.
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
// Reasons given after the container has run.
inline constexpr std::string_view kEnded[] = {"PostStartHookError", "CrashLoopBackOff"};

}  // namespace windlass::waiting
