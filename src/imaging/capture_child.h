// The capture process: opens what it is told to, and hands pictures on until nobody wants them.
#pragma once

namespace hypnos {

// Over the descriptors kWireSocket and kWireMemory. Returns the exit code.
int RunCaptureChild();

}  // namespace hypnos
