// hypnos-capture: started by hypnosd for each camera and stream, never by hand.
#include <sys/socket.h>

#include <cstdio>

#include "imaging/capture_child.h"
#include "imaging/capture_wire.h"

int main() {
  int type = 0;
  socklen_t size = sizeof type;
  if (getsockopt(hypnos::kWireSocket, SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
    std::fputs(
        "hypnos-capture reads a camera or a stream for hypnosd, which starts it: start "
        "hypnosd instead\n",
        stderr);
    return 64;
  }
  return hypnos::RunCaptureChild();
}
