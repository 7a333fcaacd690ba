/** An error that EC2 answers. The codes are those of "Error codes for the Amazon EC2 API" where they are listed there. */
export class Ec2Fault extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
    this.name = "Ec2Fault";
  }
}

export const invalidParameter = (message: string): Ec2Fault => new Ec2Fault("InvalidParameterValue", message);

export const missingParameter = (name: string): Ec2Fault =>
  new Ec2Fault("MissingParameter", `The request must contain the parameter ${name}`);
