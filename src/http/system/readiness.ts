import { Injectable } from '@nestjs/common';

/** Whether a load balancer should send requests here. */
@Injectable()
export class Readiness {
  draining = false;
}
