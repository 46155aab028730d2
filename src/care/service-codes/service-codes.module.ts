import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ServiceCode } from './service-code.entity.ts';
import { ServiceCodesResolver } from './service-codes.resolver.ts';
import { ServiceCodesService } from './service-codes.service.ts';

@Module({
  imports: [TypeOrmModule.forFeature([ServiceCode])],
  providers: [ServiceCodesService, ServiceCodesResolver],
  exports: [ServiceCodesService],
})
export class ServiceCodesModule {}
